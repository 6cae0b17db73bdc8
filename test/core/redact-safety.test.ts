import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRedactor } from '../../src/core/redact.ts';
import { CARRIERS } from '../support/redact-carriers.ts';
import { expectFigure } from '../support/redact-figures.ts';
import { HOSTILE, HOSTILE_KNOWN, hostileText } from '../support/redact-hostile.ts';
import { drawer, tokenOf } from '../support/redact-providers.ts';

const hash4 = (value: string): string => createHash('sha256').update(value).digest('hex').slice(0, 4);
const mixed = (length: number): string => 'A1b2C3d4E5f6G7h8J9k0'.repeat(9).slice(0, length);
const pat = `ghp_${mixed(36)}`;

describe('known values', () => {
  const value = 'corr ect/horse+batt€ry"staple';
  const { redact } = createRedactor({
    hash4,
    known_values: [
      { name: 'DATABASE_PASSWORD', value },
      { name: 'SHORT', value: 'abc1234' },
      { name: '__', value: 'plainwordvalue' },
    ],
  });
  const encoded = (text: string): string => Buffer.from(text, 'utf8').toString('base64');
  const LINES: [string, string, string][] = [
    ['as it is', `x ${value} y`, 'x ‹› y'],
    ['URL-encoded', `q=${encodeURIComponent(value)}&r=1`, 'q=‹›&r=1'],
    [
      'URL-encoded in lower case',
      `q=${encodeURIComponent(value).replace(/%../g, (code) => code.toLowerCase())}`,
      'q=‹›',
    ],
    ['form-encoded', `q=${encodeURIComponent(value).replaceAll('%20', '+')}`, 'q=‹›'],
    ['in JSON', JSON.stringify({ a: value }), '{"a":"‹›"}'],
    ['in base64', `x ${encoded(value)} y`, 'x ‹› y'],
    ['in base64 after one character', `x ${encoded(`u${value}z`)} y`, 'x ‹› y'],
    ['in base64 after two characters', `x ${encoded(`us${value}`)} y`, 'x ‹› y'],
    ['in base64 of a pair', `x ${encoded(`user:${value}:more text`)} y`, 'x ‹› y'],
    ['in base64url', `x ${Buffer.from(`${value}???>>>`).toString('base64url')} y`, 'x ‹› y'],
  ];
  it.each(LINES)('%s', (_how, input, output) => {
    expect(redact(input).text.replace(/\[REDACTED:database-password#[0-9a-f]{4}\]/g, '‹›')).toBe(output);
  });

  it('ignores short values and names a value without a name', () => {
    expect(redact('abc1234').text).toBe('abc1234');
    expect(redact('a plainwordvalue').text).toBe(`a [REDACTED:known-value#${hash4('plainwordvalue')}]`);
  });

  it('is found when a colour code or zero-width character cuts it', () => {
    for (const cut of ['\u001b[31m', '\u200b', '\\u001b[0m']) {
      expect(redact(`plain${cut}wordvalue`).text).toBe(`[REDACTED:known-value#${hash4('plainwordvalue')}]`);
    }
  });

  it('holds for generated values in every carrier and form', () => {
    const known = ['{an:12}', '{L:9}', '{d:8}', '{b64:40}==', '{low:5}-{low:5}', 'p@ss {L:6}/+&={d:3}"é'].map(
      (form, index) => ({ name: `SECRET_${index}`, value: tokenOf(form, drawer(`known/${index}`)) }),
    );
    const redactor = createRedactor({ hash4, known_values: known });
    const vendor = { id: 'acme', label: 'Acme', env: 'ACME', noun: 'value', form: '' };
    const forms: ((text: string) => string)[] = [
      (text) => text,
      encodeURIComponent,
      (text) => JSON.stringify(text).slice(1, -1),
      (text) => Buffer.from(`user:${text}`).toString('base64'),
      (text) => Buffer.from(text).toString('base64url'),
    ];
    const cells = CARRIERS.flatMap((carrier) =>
      known.flatMap(({ value }) =>
        forms.map((form) => ({ token: form(value), text: carrier.wrap(form(value), vendor) })),
      ),
    );
    const gone = cells.filter(({ token, text }) => !redactor.redact(text).text.includes(token));
    expectFigure('Known values', gone.length / cells.length, 1);
  });

  it('holds for any value anywhere', () => {
    fc.assert(
      fc.property(
        fc.string({ minLength: 8, unit: 'grapheme' }),
        fc.string(),
        fc.string(),
        (secret, before, after) => {
          fc.pre(secret.trim().length >= 8 && !secret.includes('[REDACTED'));
          const redactor = createRedactor({ hash4, known_values: [{ name: 'X', value: secret }] });
          for (const text of [secret.trim(), encodeURIComponent(secret.trim())]) {
            expect(redactor.redact(`${before} ${text} ${after}`).text).not.toContain(text);
          }
        },
      ),
    );
  });
});

describe('allow', () => {
  it('keeps exact values and nothing more', () => {
    const { redact } = createRedactor({ hash4, allow: ['ops@example.com', pat] });
    expect(redact('mail ops@example.com').text).toBe('mail ops@example.com');
    expect(redact(`x ${pat} y`).removed).toEqual([]);
    expect(redact(`password=${pat}`).removed).toEqual([]);
    expect(redact('mail dev-ops@example.com').removed).toHaveLength(1);
    expect(redact(`${pat}0`).removed).toHaveLength(1);
  });

  it.each([
    ['*@example.com', 'mail ops@example.com', true],
    ['*@example.com', 'mail ops@example.com.evil.io', false],
    ['ops+*@example.com', 'mail ops+paging@example.com', true],
    ['ops+*@example.com', 'mail dev@example.com', false],
    ['*@*.example.com', 'mail a@b.example.com', true],
    ['*@*.example.com', 'mail a@example.org', false],
    ['hunter*', 'password=hunter2', true],
    ['*', 'password=hunter2', false],
    ['***r2', 'password=hunter2', false],
    ['.*@example.com', 'mail ops@example.com', false],
  ])('%s and %s', (pattern, input, isKept) => {
    const { redact } = createRedactor({ hash4, allow: [pattern] });
    expect(redact(input).removed).toHaveLength(isKept ? 0 : 1);
  });

  it('reads a pattern with many stars in linear time', () => {
    const { redact } = createRedactor({ hash4, allow: [`${'a*'.repeat(60)}b`] });
    const started = performance.now();
    redact(`password=${'a'.repeat(4000)}c\n`.repeat(50));
    expect(performance.now() - started).toBeLessThan(2_000);
  });
});

/** Fragments that rules react to, in any order. */
const FRAGMENTS = [
  pat,
  'password=',
  'token: ',
  '"',
  "'",
  'hunter2',
  'Authorization: Bearer ',
  'Cookie: a=b; ',
  '://',
  'u:p4ss',
  '@',
  'host.io',
  '?token=',
  '&',
  `-----BEGIN PRIV${'ATE KEY-----'}`,
  `-----END PRIV${'ATE KEY-----'}`,
  '\n',
  ' ',
  '+14155552671',
  '4111111111111111',
  '\u001b[31m',
  '\u200b',
  '[REDACTED:x#00ff]',
  '[REDACTED:',
  '#00ff]',
  '\\n',
  '=',
  ',',
  ';',
  'key',
  'is ',
  'a1B2c3D4e5F6g7H8i9J0k',
  'DE89370400440532013000',
  '\uE000',
  '--secret ',
  'xo' + 'xb-1234567890-a1',
  '<',
  '>',
  ')',
  '-',
];
const text = fc
  .array(
    fc.oneof(
      { weight: 5, arbitrary: fc.constantFrom(...FRAGMENTS) },
      { weight: 1, arbitrary: fc.string({ unit: 'binary' }) },
    ),
    { maxLength: 20 },
  )
  .map((parts) => parts.join(''));

describe('failing closed', () => {
  it('gives up the whole text when it does not come to rest', () => {
    // Tokens with such a hash are not recognised, so every pass finds something again.
    const { redact } = createRedactor({ hash4: () => 'ZZZZ' });
    const { text: output, removed } = redact('a password=hunter2 b');
    expect(output).toBe('[REDACTED:unscanned#ZZZZ]');
    expect(removed).toEqual([{ type: 'unscanned', token: output }]);
  });
});

describe('stability', () => {
  const { redact } = createRedactor({ hash4, known_values: [{ name: 'K', value: 'hunter2hunter2' }] });

  it('redacting its own output changes nothing', () => {
    fc.assert(
      fc.property(text, (input) => {
        const once = redact(input);
        const twice = redact(once.text);
        expect(twice.text).toBe(once.text);
        expect(twice.removed).toEqual([]);
      }),
      { numRuns: 5000 },
    );
  });

  it('a provider token never survives, whatever stands around it', () => {
    fc.assert(
      fc.property(text, text, (before, after) => {
        expect(redact(`${before} ${pat} ${after}`).text).not.toContain(pat);
      }),
      { numRuns: 2000 },
    );
  });

  it('changes nothing but what it reports', () => {
    fc.assert(
      fc.property(text, (input) => {
        const { text: output, removed } = redact(input);
        if (removed.length === 0) expect(output).toBe(input);
        else
          for (const { type, token } of removed)
            expect(token).toMatch(new RegExp(`^\\[REDACTED:${type}#[0-9a-f]{4}\\]$`));
      }),
    );
  });

  it('leaves earlier removals alone in every place where a secret could stand', () => {
    const done = '[REDACTED:github-pat#a1b2]';
    for (const line of [
      `password=${done}`,
      `"token":"${done}"`,
      `Authorization: Bearer ${done}`,
      `Cookie: ${done}`,
      `a://${done}@h`,
      `?token=${done}&a=1`,
      `token ${done}.`,
    ]) {
      expect(redact(line)).toEqual({ text: line, removed: [] });
    }
  });
});

describe('twice the text takes about twice the time', () => {
  const { redact } = createRedactor({ hash4, ips: 'public', known_values: HOSTILE_KNOWN });
  const SMALL = 3_000;
  const TIMES = 16;

  /** The best of a few runs: another process may take the processor away. */
  const fastest = (seed: string, length: number, runs: number): number => {
    const input = hostileText(seed, length);
    return Math.min(
      ...Array.from({ length: runs }, () => {
        const started = performance.now();
        redact(input);
        return performance.now() - started;
      }),
    );
  };

  it.each(HOSTILE)('%j', (seed) => {
    fastest(seed, SMALL, 1);
    const isLinear = Array.from({ length: 4 }, (_, round) => round + 1).some((round) => {
      const small = fastest(seed, SMALL, 2 * round);
      // Quadratic would be 256 times as long.
      return fastest(seed, SMALL * TIMES, round) < small * TIMES * 4 + 10;
    });
    expect(isLinear).toBe(true);
  });
});

describe('what reads differently after decoding', () => {
  const { redact } = createRedactor({ hash4 });
  const shape = (input: string): string =>
    redact(input).text.replace(/\[REDACTED:([a-z0-9-]+)#[0-9a-f]{4}\]/g, '‹$1›');
  it.each([
    ['URL', `a%20${encodeURIComponent('password=hunter2&x=1')} b`, 'a%20password%3D‹password›%26x%3D1 b'],
    [
      'URL, inside',
      `q=${pat.slice(0, 9)}%${pat.charCodeAt(9).toString(16)}${pat.slice(10)}&r=1`,
      'q=‹github-pat›&r=1',
    ],
    ['JSON', `"${pat.slice(0, 9)}\\u00${pat.charCodeAt(9).toString(16)}${pat.slice(10)}"`, '"‹github-pat›"'],
    ['HTML', `<td>${pat.slice(0, 9)}&#${pat.charCodeAt(9)};${pat.slice(10)}</td>`, '<td>‹github-pat›</td>'],
    ['base64', `x ${btoa(`user and ${pat} and more`)} y`, 'x ‹github-pat› y'],
    ['a line end', `token is ${pat.slice(0, 20)}\n  ${pat.slice(20)}, then`, 'token is ‹github-pat›, then'],
    ['an escape before it', '%5Bpassword%3Dhunter2%5D', '%5Bpassword%3D‹password›%5D'],
  ])('%s: the whole stretch goes, and nothing beside it', (_how, input, output) => {
    expect(shape(input)).toBe(output);
  });
});

describe('a long text', () => {
  const { redact } = createRedactor({ hash4 });
  const line = 'GET /api/v1/orders 200 in 12 ms\n';

  it('comes out as its parts would, also where a removal lays something bare', () => {
    const secrets = `a password=x,token=${pat}\nCookie: a=b; ${pat}\nhttps://u:${pat}@h/?token=abcdef123\n`;
    const long = `${line.repeat(4000)}${secrets}${line.repeat(4000)}${secrets}`;
    const once = redact(long);
    const part = redact(secrets).text;
    expect(once.text).toBe(`${line.repeat(4000)}${part}${line.repeat(4000)}${part}`);
    expect(redact(once.text).text).toBe(once.text);
  });

  it('is given up when it is too long', () => {
    const { text: output, removed } = redact('x'.repeat(17 * 1024 * 1024));
    expect(output).toBe(removed[0]?.token);
    expect(removed).toEqual([{ type: 'unscanned', token: expect.stringMatching(/^\[REDACTED:unscanned#/) }]);
  });
});
