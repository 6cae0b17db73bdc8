import { readFileSync } from 'node:fs';
import { defineConfig } from 'vitest/config';

const { version } = JSON.parse(readFileSync(new URL('package.json', import.meta.url), 'utf8'));

/** The same version constant that the build puts in. */
export const define = { __VERSION__: JSON.stringify(version) };

/** With HOTFIX_PULSE_REPORT set to a file name, a JSON report is written beside the usual output. */
export const reporters: ('default' | ['json', { outputFile: string }])[] = process.env.HOTFIX_PULSE_REPORT
  ? ['default', ['json', { outputFile: process.env.HOTFIX_PULSE_REPORT }]]
  : ['default'];

/** No suite reaches another machine. */
export const setupFiles = ['test/support/only-loopback.ts'];

export default defineConfig({
  define,
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/agents/**', 'test/browser/**', 'test/long/**', 'test/**/*.slow.test.ts'],
    reporters,
    setupFiles,
    // By default one core of two stays idle; most suites wait for processes of their own.
    maxWorkers: '100%',
    testTimeout: 30_000,
  },
});
