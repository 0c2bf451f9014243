// What strategies and configurations import as 'heliograph'.
export { z } from 'zod';
export type { Config } from './config/config.ts';
export { defineConfig } from './config/define-config.ts';
export { defineStrategy, type Strategy, type StrategyIntent } from '@heliograph/signal-engine';
