// Prints "N passed, N failed" summed over the vitest reports in a folder. Usage: node scripts/count-tests.mjs DIR
// A `NAME.expected` file without a readable `NAME.json` is a run that died: one failure.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** `{passed, failed}` of one vitest JSON report; a file that broke before its tests is one failure. */
function countReport(report) {
  const broken = report.testResults.filter(
    (file) => file.status === 'failed' && !file.assertionResults.some((test) => test.status === 'failed'),
  ).length;
  const failed = report.numFailedTests + broken;
  return { passed: report.numPassedTests, failed: failed === 0 && !report.success ? 1 : failed };
}

function countRun(path) {
  try {
    return countReport(JSON.parse(readFileSync(path, 'utf8')));
  } catch {
    return { passed: 0, failed: 1 };
  }
}

const folder = process.argv[2] ?? '.';
const total = { passed: 0, failed: 0 };
for (const name of readdirSync(folder).filter((file) => file.endsWith('.expected'))) {
  const { passed, failed } = countRun(join(folder, name.replace(/\.expected$/, '.json')));
  total.passed += passed;
  total.failed += failed;
}
process.stdout.write(`${total.passed} passed, ${total.failed} failed\n`);
