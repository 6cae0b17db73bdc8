import { defineConfig } from 'vitest/config';
import { define, reporters, setupFiles } from './vitest.config.ts';

/** The pages that we write, opened in Chromium. */
export default defineConfig({
  define,
  test: {
    include: ['test/browser/**/*.test.ts'],
    reporters,
    setupFiles,
    pool: 'forks',
    maxWorkers: 1,
    fileParallelism: false,
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
