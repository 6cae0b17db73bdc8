import { describe, expect, it } from 'vitest';
import { PulseError } from '../../src/core/errors.ts';
import { createReporter } from '../../src/mcp/reporter.ts';

function reporter(redact?: (text: string) => string) {
  const lines: string[] = [];
  const report = createReporter(
    (line) => lines.push(line),
    () => redact,
  );
  return { report, lines };
}
const masked = (text: string) => text.replaceAll('hunter2', '***');

describe('a report', () => {
  it('is one line with the error, its code and where it came from', () => {
    const { report, lines } = reporter(masked);
    report('tools/call x', Object.assign(new TypeError('lost hunter2'), { code: 'EIO' }));
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(
      /^hotfix-pulse: "tools\/call x: TypeError \(EIO\) lost \*\*\* \| at .*reporter\.test\.ts/,
    );
  });

  it('leaves the message out while nothing can redact it', () => {
    const { report, lines } = reporter();
    report('protocol', new Error('hunter2'));
    report('protocol', 'hunter2');
    expect(lines.join('')).not.toContain('hunter2');
    expect(lines.map((line) => line.slice(0, 40))).toEqual([
      expect.stringContaining('protocol: Error'),
      expect.stringContaining('protocol: thrown value'),
    ]);
  });

  it('shows refusals, which are in our own words', () => {
    const { report, lines } = reporter();
    report('resources/list', new PulseError('not_found', 'no repository was found', 'x'));
    expect(lines).toEqual(['hotfix-pulse: "resources/list: not_found no repository was found"\n']);
  });

  it('cannot be made to break out of its line or to grow', () => {
    const { report, lines } = reporter((text) => text);
    report('x', new Error(`a\nhotfix-pulse: "fake"\u001b[2J${'y'.repeat(100_000)}`));
    expect(lines[0]?.slice(0, -1)).not.toMatch(/[\u0000-\u001f]/);
    expect(lines[0]?.length).toBeLessThan(4_200);
  });
});
