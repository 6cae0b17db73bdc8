import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRedactor } from '../../src/core/redact.ts';

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

describe('one megabyte of anything is read in linear time', () => {
  const { redact } = createRedactor({ hash4, known_values: [{ name: 'K', value: 'aaaaaaaaaaaaaaab' }] });
  const BEGIN = `-----BEGIN PRIV${'ATE KEY-----'}`;
  const SEEDS = [
    'xo' + 'xb-',
    'ey' + 'J.',
    'ey' + 'Ja',
    '-ey' + 'Jaaaaaaaaaaaa',
    'ey' + 'Jaaaaaaaa.',
    'a',
    '0',
    'A',
    '-----BEGIN',
    BEGIN,
    `${BEGIN}\r`,
    `${BEGIN}\n`,
    `${BEGIN}\nAAAA\n`,
    `x${pat}`,
    pat,
    'gh' + 'p_',
    '\\n',
    '://a:',
    '://',
    '@',
    'a@',
    'a@b.',
    'a@b.io ',
    '1 ',
    '4111 ',
    '+1',
    '+1 ',
    'password=',
    'password="',
    'password=\'\\"',
    'password>',
    'key=',
    'key=,',
    'key=a1,',
    'token=<',
    'token: \\"',
    '--password ',
    '--a-',
    'Cookie: a=b ',
    "'Cookie: a=b ",
    'Authorization: Bearer ',
    'Authorization: ',
    'Digest',
    'bearer aaaaaaaaaaaaaaaaa ',
    '?token=a',
    '&key=',
    '\u001b[',
    '\u001b]',
    '\\u001b[',
    '\u200b',
    'DE44',
    'DE44 ',
    'phone 1',
    '123-45-6789-',
    '[REDACTED:',
    '[REDACTED:x#00ff]',
    '[REDACTED:x#00ff]password=',
    ' ',
    '\n',
    '.',
    '-',
    '+',
    '/',
    '\\',
    `M${mixed(23)}.`,
    '12345678:AA',
    '\uE000',
    'hooks.slack.com/services/',
  ];
  it.each(SEEDS)('%j', (seed) => {
    const input = seed.repeat(Math.ceil(1_000_000 / seed.length));
    const started = performance.now();
    redact(input);
    expect(performance.now() - started).toBeLessThan(6_000);
  });
});
