import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { createHubLog, FIELDS, kindOf } from '../../src/hub/hub-log.ts';

const AT = '2026-11-20T14:00:00.000Z';

function logOf(json: boolean) {
  const lines: string[] = [];
  const log = createHubLog((line) => void lines.push(line), { json, now: () => Date.parse(AT) });
  return { lines, log };
}

describe('the log of the hub', () => {
  it('is one JSON value per line, with the time and the level in words', () => {
    const { lines, log } = logOf(true);
    log('info', 'listening', { address: 'http://127.0.0.1:1', proxy: false, ms: 3 });
    log('error', 'a door failed');
    expect(lines.map((line) => JSON.parse(line))).toEqual([
      { at: AT, level: 'info', message: 'listening', address: 'http://127.0.0.1:1', proxy: false, ms: 3 },
      { at: AT, level: 'error', message: 'a door failed' },
    ]);
    expect(lines.join('')).toMatch(/^\{[^\n]*\}\n\{[^\n]*\}\n$/);
  });

  it('is a line to read otherwise', () => {
    const { lines, log } = logOf(false);
    log('warn', 'a door takes too long; it is left', { door: 'mcp', ms: 3, where: 'Object.a b', code: '' });
    expect(lines).toEqual([
      `${AT} warn a door takes too long; it is left door=mcp ms=3 where="Object.a b" code=""\n`,
    ]);
  });

  it.each([true, false])('never has a second line nor another field in one (json: %j)', (json) => {
    const { lines, log } = logOf(json);
    log('info', 'answered', { where: 'x\n2026 error forged level=error\u2028' });
    const foreign = {
      url: '/customer',
      token: 'hp_x',
      headers: 'Bearer',
      toString: 'x',
      __proto__: { x: 'y' },
    };
    log('info', 'answered', { ...foreign, door: 'none' });
    expect(lines).toHaveLength(2);
    for (const line of lines) expect(line.indexOf('\n')).toBe(line.length - 1);
    expect(lines[1]).not.toMatch(/customer|hp_x|Bearer|toString/);
    expect(lines[1]).toMatch(json ? /"door":"none"/ : / door=none\n$/);
  });

  it('says of an error what it is, and nothing of what it says', () => {
    const error = Object.assign(new TypeError('cannot read customer 4711'), { code: 'ECONNREFUSED' });
    expect(kindOf(error)).toMatchObject({ kind: 'TypeError', code: 'ECONNREFUSED' });
    expect(JSON.stringify(kindOf(error))).not.toContain('4711');
    expect(kindOf(Object.assign(new Error('x'), { code: 'customer 4711' }))).not.toHaveProperty('code');
    expect(kindOf('customer 4711')).toEqual({ kind: 'string' });
    expect(Object.keys(FIELDS)).toEqual(expect.arrayContaining(Object.keys(kindOf(error))));
  });

  it('has the fields that docs/hub.md lists', () => {
    const page = readFileSync(new URL('../../docs/hub.md', import.meta.url), 'utf8').split('\n');
    const from = page.indexOf('| Field | Meaning |');
    const rows = page.slice(from + 2, page.indexOf('', from));
    expect(rows).toEqual(Object.entries(FIELDS).map(([name, meaning]) => `| \`${name}\` | ${meaning} |`));
  });
});
