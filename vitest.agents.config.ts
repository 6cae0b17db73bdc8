import { defineConfig } from 'vitest/config';
import { define, reporters } from './vitest.config.ts';

/** Real agent CLIs against a scripted model: one at a time, since each starts several processes. */
export default defineConfig({
  define,
  test: {
    include: ['test/agents/**/*.test.ts'],
    // It has no run that is quick.
    exclude: process.env.HOTFIX_PULSE_AGENT_RUNS === 'quick' ? ['test/agents/installers.test.ts'] : [],
    reporters,
    // Of the agents themselves only the settings keep them here: theirs are no processes of ours.
    setupFiles: ['test/support/loopback-guard.cjs'],
    pool: 'forks',
    maxWorkers: 1,
    fileParallelism: false,
    testTimeout: 180_000,
    hookTimeout: 180_000,
  },
});
