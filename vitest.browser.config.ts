import { defineConfig } from 'vitest/config';

/** What has to be seen in a real browser: needs Chromium, and says that it is skipped where there is none. */
export default defineConfig({
  test: {
    include: ['scripts/**/*.browser.ts'],
    globalSetup: ['./tools/require-node-24.ts', './tools/tell-of-chromium.ts'],
    expect: { poll: { timeout: 60_000, interval: 20 } },
    testTimeout: 300_000,
    hookTimeout: 300_000,
  },
});
