import { describe, expect, it } from 'vitest';
import { classify } from '../../src/core/classify.ts';
import { matrixOf } from '../../src/core/severity.ts';
import { SeverityFacts } from '../../src/core/severity-facts.ts';

const matrix = matrixOf('default');
const decide = (facts: SeverityFacts, description?: string) =>
  classify({ facts, matrix, ...(description === undefined ? {} : { description }) });
/** Facts that rule out the two silent killers. */
const safe = { data: 'none', security: 'no' } as const;

describe('answer', () => {
  it('names the rules with the facts that fired them', () => {
    const { rules } = decide({
      service: 'degraded',
      flow: 'login',
      users: '40%',
      workaround: 'yes',
      ...safe,
    });
    expect(rules.map(({ id, fact, value, origin }) => [id, fact, value, origin])).toEqual([
      ['critical-flow', 'flow', 'login', 'stated'],
      ['major-degradation', 'service', 'degraded', 'stated'],
      ['critical-flow-for-few', 'flow', 'login', 'stated'],
      ['partial-degradation', 'service', 'degraded', 'stated'],
      ['workaround', 'workaround', 'yes', 'stated'],
    ]);
    expect(rules[0]?.effect).toMatch(/^at least P1: /);
    expect(rules.at(-1)?.effect).toMatch(/^at most P2: /);
  });

  it('says what was only assumed', () => {
    expect(decide({}).rules.every((rule) => rule.origin === 'assumed')).toBe(true);
    expect(decide({}).rules.length).toBeGreaterThan(0);
  });

  it('asks the most decisive question first, at most five, and none when confirmed', () => {
    const open = decide({ service: 'degraded', flow: 'login', users: 'many' }).questions;
    expect(open.map(({ fact }) => fact)).toEqual(['data', 'security']);
    expect(open[0]?.would_become).toBe('P0 if exposed, lost or corrupted; P1 if at risk, none');
    expect(decide({}).questions).toHaveLength(5);
    expect(decide({ service: 'down', users: 'all' }).questions).toEqual([]);
    expect(decide({ service: 'degraded', users: 'some', flow: 'other', ...safe }).questions).toEqual([
      expect.objectContaining({
        fact: 'error_rate',
        would_become: 'P1 if half or more, over 1 %; P2 if 1 % or less',
      }),
      expect.objectContaining({ fact: 'spreading', would_become: 'P1 if yes; P2 if no' }),
    ]);
    expect(decide({ security: 'suspected' }).questions.map(({ fact }) => fact)).toContain('security');
  });

  it('takes the clock of the matrix in force and spells the level in every preset', () => {
    const answer = classify({
      facts: { service: 'working', flow: 'none', ...safe },
      matrix: matrixOf('spec-kit'),
    });
    expect(answer.severity).toBe('P3');
    expect(answer.clock).toEqual({
      respond_within_min: 240,
      resolve_within_min: 480,
      first_update_min: 60,
      update_every_min: 120,
    });
    expect(answer.presets.pulse).toBe('🟢 Low');
  });

  it.each([
    [{ users: 'loads' }],
    [{ users: '140%' }],
    [{ error_rate: -1 }],
    [{ error_rate: '101%' }],
    [{ error_rate: '5' }],
    [{ service: 'broken' }],
    [{ colour: 'red' }],
  ])('refuses the facts %j', (facts) => {
    expect(SeverityFacts.safeParse(facts).success).toBe(false);
  });
});

describe('text alone', () => {
  it.each([
    ["Users can't login - 500 error on auth endpoint", 'P1?', 'P3..P0'],
    ['Users can’t log in', 'P1?', 'P3..P0'],
    ['Payment processing failing for Stripe webhook', 'P1?', 'P3..P0'],
    ['Database connection pool exhausted', 'P1?', 'P3..P0'],
    ['Site is down for all users', 'P0?', 'P0..P0'],
    ['Nobody can log in', 'P0?', 'P1..P0'],
    ['Order records were deleted by the nightly job, data loss confirmed', 'P0?', 'P0..P0'],
    ['Suspicious logins on admin accounts', 'P0?', 'P1..P0'],
    ['Search is slow for some users, no data loss', 'P2?', 'P2..P1'],
    ['Logo misaligned on the start page', 'P3?', 'P3..P1'],
    ['hello', 'P1?', 'P3..P0'],
    ['', 'P1?', 'P3..P0'],
  ])('%s is %s, %s', (description, label, range) => {
    const answer = decide({}, description);
    expect([answer.label, `${answer.range.lowest}..${answer.range.highest}`]).toEqual([label, range]);
    expect(answer.verdict).toBe('incident');
    expect(answer.confirmed).toBe(false);
  });

  it('quotes the words behind a fired rule and asks for the fact to be stated', () => {
    const answer = decide({}, "Users can't login - 500 error on auth endpoint");
    expect(answer.rules[0]).toMatchObject({ id: 'critical-flow', origin: 'extracted', quote: "can't login" });
    expect(answer.questions.map(({ fact }) => fact)).toContain('service');
  });

  it('gives way to stated facts, which confirm', () => {
    const facts = { service: 'degraded', flow: 'login', users: 'many', ...safe } as const;
    const answer = decide(facts, 'Site is down, all users, data loss');
    expect([answer.label, answer.range]).toEqual(['P1', { lowest: 'P1', highest: 'P1' }]);
    expect(answer.extracted.map(({ fact }) => fact)).toContain('data');
  });

  it('moves an unconfirmed severity but never confirms it', () => {
    expect(decide({ service: 'degraded' }, 'data loss in orders')).toMatchObject({
      label: 'P0?',
      confirmed: false,
    });
    expect(decide({ service: 'down' }, 'all users')).toMatchObject({ label: 'P0?', confirmed: false });
  });
});

describe('not an incident', () => {
  it.each([
    ['Planned maintenance on Saturday, the API will be unavailable for an hour'],
    ['Scheduled database upgrade tonight'],
    ['Maintenance on the build controller'],
    ['Maintenance on the wiki. Users cannot log in until it is finished, errors are expected'],
    ['Database migration to another zone'],
    ['Cluster upgrade to 1.30'],
    ['Update the nodes to version 2'],
    ['Typo in the README'],
    ['The docs have a spelling mistake'],
    ['Unit tests failing on my feature branch'],
    ['CI is red on the pull request'],
    ['Staging is down'],
    ['The build server on my machine fails on localhost'],
  ])('%s', (description) => {
    const answer = decide({}, description);
    expect(answer.verdict).toBe('not_an_incident');
    expect(answer.not_incident_reason).toMatch(/\.$/);
    expect(answer).toMatchObject({ severity: 'P3', confirmed: false, questions: [] });
    expect(answer.range.lowest).toBe('P3');
  });

  it.each([
    ['Checkout broken since the planned maintenance'],
    ['Planned maintenance overran, customers see errors'],
    ['Typo in the docs made users delete production data'],
    ['Tests failed on the release branch after deploy to production'],
    ['Works in staging but production is down'],
    ['Data breach on staging'],
    ['Unplanned outage'],
    ['Database migration locked the orders table'],
    ['Login errors after the upgrade of the proxy'],
    ['Migration of the users table deleted rows'],
    ['The upgrade to 2.0 broke search'],
    ['Restart of the API is stuck'],
    ['Login errors after last night’s maintenance'],
  ])('but %s is one', (description) => {
    const answer = decide({}, description);
    expect(answer.verdict).toBe('incident');
    expect(answer.not_incident_reason).toBeUndefined();
  });

  it.each(['test fail ', 'typo ', 'maintenance after the ', 'planned a ', 'docs ', 'ci red branch '])(
    'is decided fast on 16 KB of %j',
    (piece) => {
      const started = performance.now();
      decide({}, piece.repeat(Math.ceil(16_384 / piece.length)).slice(0, 16_384));
      expect(performance.now() - started).toBeLessThan(1500);
    },
  );

  it('never overrules a stated harm', () => {
    expect(decide({ service: 'down' }, 'Planned maintenance').verdict).toBe('incident');
    expect(decide({ users: 'many' }, 'Typo in the README').verdict).toBe('incident');
    expect(decide({ environment: 'production' }, 'Staging is down').verdict).toBe('incident');
  });

  it('takes a stated environment at its word, except for a breach or exposed data', () => {
    expect(decide({ environment: 'staging', service: 'down', ...safe })).toMatchObject({
      verdict: 'not_an_incident',
      label: 'P3',
    });
    expect(decide({ environment: 'staging', data: 'exposed' })).toMatchObject({
      verdict: 'incident',
      label: 'P0',
    });
  });
});
