import { defineConfig } from 'vitest/config';
import { keepCompiledCode } from './tools/keep-compiled-code.ts';

keepCompiledCode();

/** Everything goes wrong at once, for as long as one likes: not part of the gate. */
export default defineConfig({
  test: {
    include: ['{execution,notifier,scripts,signal-engine,trade-log}/**/*.soak.ts'],
    globalSetup: ['./tools/require-node-24.ts'],
    // Most of them wait for servers, processes and limits.
    maxWorkers: 3,
    expect: { poll: { timeout: 60_000, interval: 20 } },
    testTimeout: 1_200_000,
    hookTimeout: 300_000,
  },
});
