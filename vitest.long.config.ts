import { defineConfig } from 'vitest/config';
import { define, reporters, setupFiles } from './vitest.config.ts';

/** Chaos, crash points and volume: minutes, not seconds, and alone on the machine. */
export default defineConfig({
  define,
  test: {
    include: ['test/long/**/*.test.ts'],
    reporters,
    setupFiles,
    pool: 'forks',
    maxWorkers: 1,
    fileParallelism: false,
    testTimeout: 600_000,
    hookTimeout: 600_000,
  },
});
