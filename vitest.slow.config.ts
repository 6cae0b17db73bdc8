import { defineConfig } from 'vitest/config';
import { define, reporters, setupFiles } from './vitest.config.ts';

/** Many real repositories and processes per file: what would take the quick suite over its four minutes. */
export default defineConfig({
  define,
  test: {
    include: ['test/**/*.slow.test.ts'],
    reporters,
    setupFiles,
    maxWorkers: '100%',
    testTimeout: 60_000,
  },
});
