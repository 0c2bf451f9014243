import { defineConfig } from 'vitest/config';
import { keepCompiledCode } from './tools/keep-compiled-code.ts';
import { LongFilesEarly } from './tools/long-files-early.ts';

keepCompiledCode();

export default defineConfig({
  test: {
    include: ['{contracts,signal-engine,execution,notifier,trade-log,scripts,tools}/**/*.test.ts'],
    globalSetup: ['./tools/require-node-24.ts'],
    // Files share their processes: loading the same modules for each of them took longer than the tests themselves.
    isolate: false,
    setupFiles: ['./tools/leave-no-trace.ts'],
    sequence: { shuffle: { tests: true }, sequencer: LongFilesEarly },
    // Most of them wait for servers, processes and clocks: on two cores so many keep these busy.
    maxWorkers: 6,
    maxConcurrency: 8,
    restoreMocks: true,
    // What is waited for comes, however busy the machine is; a poll ends as soon as it does.
    expect: { poll: { timeout: 60_000, interval: 20 } },
    testTimeout: 300_000,
    hookTimeout: 300_000,
  },
});
