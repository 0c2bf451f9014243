import type { Config } from './config.ts';

/** The configuration of `heliograph.config.ts`, checked and completed by the editor. */
export function defineConfig(config: Config): Config {
  return config;
}
