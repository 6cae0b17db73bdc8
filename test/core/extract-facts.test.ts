import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { extractFacts } from '../../src/core/extract-facts.ts';
import { FACT_PATTERNS } from '../../src/core/fact-patterns.ts';
import { SeverityFacts } from '../../src/core/severity-facts.ts';

const factsOf = (text: string): Record<string, string> =>
  Object.fromEntries(extractFacts(text).map(({ fact, value }) => [fact, value]));

describe('extractFacts', () => {
  it.each<[string, Record<string, string>]>([
    ["Users can't login", { service: 'degraded', flow: 'login' }],
    ['Users can’t log in', { service: 'degraded', flow: 'login' }],
    ['customers are unable to sign in', { service: 'degraded', flow: 'login' }],
    ['Nobody can log in', { service: 'degraded', users: 'all', flow: 'login' }],
    ['auth endpoint returns 500', { service: 'degraded', flow: 'login' }],
    ['timeouts on the login page', { service: 'degraded', flow: 'login' }],
    ['payments are declined', { flow: 'payment' }],
    ['Checkout is broken for all users', { service: 'degraded', users: 'all', flow: 'checkout' }],
    ['cannot save documents', { service: 'degraded', flow: 'data_write' }],
    ['the website is down', { service: 'down' }],
    ['Complete outage in eu-west', { service: 'down' }],
    ['Partial outage', { service: 'degraded' }],
    ['error rate is down to 3%', { service: 'degraded', error_rate: '3%' }],
    ['search is slow', { service: 'degraded' }],
    ['The service is not down', {}],
    ['slow for a small number of customers', { service: 'degraded', users: 'few' }],
    ['slow for some users', { service: 'degraded', users: 'some' }],
    ['most customers are affected', { users: 'most' }],
    ['thousands of users are affected', { users: 'many' }],
    ['only one customer is affected', { users: 'one' }],
    ['no customers are affected', { users: 'none' }],
    ['not all users are affected', {}],
    ['40% of users', { users: '40%' }],
    ['2.5 per cent of our customers', { users: '2.5%' }],
    ['12% of requests', { error_rate: '12%' }],
    ['error rate at 7 %', { service: 'degraded', error_rate: '7%' }],
    ['CPU at 100%', {}],
    ['400% of users', {}],
    ['data loss', { data: 'lost_or_corrupted' }],
    ['the orders table was dropped, records were deleted', { data: 'lost_or_corrupted' }],
    ['database corruption', { data: 'lost_or_corrupted' }],
    ['no data loss', { data: 'none' }],
    ['there is no sign of any data loss', { data: 'none' }],
    ['data loss ruled out', { data: 'none' }],
    ['possible data loss', { data: 'at_risk' }],
    ['no data loss here, but data loss there', { data: 'lost_or_corrupted' }],
    ["customers see other users' orders", { data: 'exposed' }],
    ['data breach', { data: 'exposed', security: 'yes' }],
    ['possible security breach', { security: 'suspected' }],
    ['no security breach', { security: 'no' }],
    ['leaked API token', { security: 'yes' }],
    ['SLA breach', {}],
    ['there is a workaround', { workaround: 'yes' }],
    ['no known workaround', { workaround: 'no' }],
    ['looking for a workaround', {}],
    ['it is getting worse', { spreading: 'yes' }],
    ['not spreading', { spreading: 'no' }],
    ['seen on staging', { environment: 'staging' }],
    ['fine on staging, wrong in production', { environment: 'production' }],
    ['not affecting login', {}],
    ['login is not affected, search is slow', { service: 'degraded' }],
    ["we don't know why login fails", { service: 'degraded', flow: 'login' }],
    ['typo on the start page', { service: 'working' }],
    ['hello', {}],
    ['', {}],
  ])('%s', (text, facts) => {
    expect(factsOf(text)).toEqual(facts);
  });

  it('quotes the denial or the doubt with the words', () => {
    expect(extractFacts('So far no data loss, possible security breach')).toEqual([
      { fact: 'data', value: 'none', quote: 'no data loss' },
      { fact: 'security', value: 'suspected', quote: 'possible security breach' },
    ]);
  });

  it('quotes substrings and gives valid facts, one per name, whatever the text', () => {
    const words = fc.constantFrom(
      ...[
        'users',
        "can't",
        'can’t',
        'log in',
        'no',
        'not',
        'data loss',
        'possible',
        '40%',
        'of',
        'requests',
        'down',
        'is',
      ],
      ...[
        'slow',
        'all',
        'some',
        'staging',
        'production',
        'login',
        'error',
        '🔥',
        '\n',
        ',',
        '.',
        'workaround',
        'breach',
      ],
    );
    const text = fc.oneof(
      fc.string({ unit: 'grapheme' }),
      fc.array(words, { maxLength: 40 }).map((parts) => parts.join(' ')),
    );
    fc.assert(
      fc.property(text, (description) => {
        const rows = extractFacts(description);
        for (const { quote } of rows) expect(quote.length > 0 && description.includes(quote)).toBe(true);
        const facts = Object.fromEntries(rows.map(({ fact, value }) => [fact, value]));
        expect(SeverityFacts.safeParse(facts).success).toBe(true);
        expect(Object.keys(facts)).toHaveLength(rows.length);
      }),
      { numRuns: 1000 },
    );
  });

  it.each([
    'login fail ',
    'a',
    ' ',
    'users ',
    '1% of a ',
    '1%',
    'no data loss ',
    'possible ',
    'fail',
    'the the ',
    'errors login ',
    '9'.repeat(40),
  ])('stays fast on 16 KB of %j', (piece) => {
    const text = piece.repeat(Math.ceil(16_384 / piece.length)).slice(0, 16_384);
    const started = performance.now();
    extractFacts(text);
    expect(performance.now() - started).toBeLessThan(1000);
  });

  it('has only patterns that find every hit', () => {
    for (const { pattern } of FACT_PATTERNS) expect(pattern.flags).toBe('gi');
  });
});
