import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { clocksOf } from '../../src/core/clocks.ts';
import { formatDuration } from '../../src/core/duration.ts';
import { PulseError } from '../../src/core/errors.ts';
import type { RecordedEvent } from '../../src/core/events.ts';
import { foldIncident } from '../../src/core/incident.ts';
import { durationMs } from '../../src/core/intervals.ts';
import { AUDIENCES } from '../../src/core/kinds.ts';
import {
  type Audience,
  FORMS,
  type Form,
  type MessageInput,
  type MessageRequest,
} from '../../src/core/message-words.ts';
import { composeMessage, forCopying, formFor, keepCopyable, notesOn } from '../../src/core/messages.ts';
import { LEVELS, matrixOf, PRESETS, rowOf } from '../../src/core/severity.ts';
import { cleanText } from '../../src/core/untrusted.ts';
import { hours, story, T0 } from '../support/events.ts';
import {
  HOSTILE,
  hostileEvents,
  numbered,
  openedOnly,
  SAMPLE_UID,
  sampleEvents,
  sampleOf,
  tell,
} from '../support/sample-incident.ts';

/** How many events of the sample stand when each form is drafted. */
const STAGE: Record<Form, number> = { initial: 12, update: 22, resolution: 27, need_eyes: 12, closure: 99 };
const last = (events: readonly RecordedEvent[]) => Date.parse(events.at(-1)?.at ?? '');

function inputOf(
  events: readonly RecordedEvent[],
  request: MessageRequest,
  nowMs = last(events),
): MessageInput {
  const { incident, view } = sampleOf(events, nowMs);
  return { incident, request, view: { nowMs, row: view.row, folder: view.folder } };
}
const textOf = (input: MessageInput) => forCopying(composeMessage(input));
const drafted = (
  events: readonly RecordedEvent[],
  form: Form,
  audience: Audience,
  more: Partial<MessageRequest> = {},
) => textOf(inputOf(events, { form, audience, ...more }));
const refusal = (run: () => string): string => {
  try {
    return run();
  } catch (error) {
    if (error instanceof PulseError) return `(refused) ${error.code}: ${error.message}\n${error.hint}`;
    throw error;
  }
};

describe.each([
  ['sample', sampleEvents],
  ['hostile', hostileEvents],
  ['minimal', openedOnly],
] as const)('the messages of the %s incident', (name, events) => {
  it.each(FORMS)('%s reads as it did', async (form) => {
    const texts = AUDIENCES.map(
      (audience) =>
        `=== ${form}, ${audience}\n${refusal(() => drafted(events().slice(0, STAGE[form]), form, audience))}\n`,
    );
    await expect(texts.join('\n')).toMatchFileSnapshot(`./__golden__/messages/${name}.${form}.txt`);
  });
});

describe('the forms of seed 001, for insiders', () => {
  const known = (form: Form, more: Partial<MessageRequest> = {}) =>
    drafted(sampleEvents().slice(0, STAGE[form]), form, 'internal', { system: 'login', ...more });

  it.each<[Form, RegExp]>([
    [
      'initial',
      /^🚨 \[P1\] Investigating issues with login\n\nImpact: .+\nStatus: Investigating\nETA: Unknown\n[\s\S]*\n\nUpdates to follow\.\n/,
    ],
    [
      'update',
      /^🔄 \[P1\] Update on login issue\n\nStatus: .+\nImpact: .+\nETA: Unknown\n[\s\S]*\nNext update in 30 minutes\. /,
    ],
    [
      'resolution',
      /^✅ \[P1\] Resolved: login issue\n\nDuration: 1 hour 13 minutes\nResolution: .+\n[\s\S]*\n\nPostmortem to follow within 48 hours\. /,
    ],
  ])('%s', (form, shape) => expect(known(form)).toMatch(shape));

  it('says that the fix is in progress once somebody works on it', () => {
    const events = sampleEvents().filter((event) => event.kind !== 'mitigation_applied');
    const until = events.findIndex((event) => event.kind === 'cause_identified') + 1;
    const started = events.findIndex((event) => event.kind === 'hotfix_started') + 1;
    expect(drafted(events.slice(0, until), 'update', 'internal')).toContain(
      'Status: Root cause identified\n',
    );
    expect(drafted(events.slice(0, started), 'update', 'internal')).toContain(
      'Status: Root cause identified, fix in progress\n',
    );
  });

  it('addresses the subject-matter expert by name when known', () => {
    expect(known('need_eyes')).toContain('To: the subject-matter expert (nobody is named yet)');
    const named = numbered([
      ...sampleEvents().slice(0, 12),
      tell('2026-11-20T14:17:00Z', 'role_assigned', 'Eve', { role: 'subject_matter_expert', person: 'Eve' }),
    ]);
    const text = drafted(named, 'need_eyes', 'internal', { system: 'auth-service' });
    expect(text).toMatch(
      /^👀 \[P1\] I don't know yet - need eyes on auth-service\n\nTo: Eve \(subject-matter expert\)\n/,
    );
  });
});

describe('times', () => {
  const cases = PRESETS.flatMap((preset) => LEVELS.map((level) => [preset, level] as const));
  it.each(cases)('the next update of %s %s is when the clock says after posting', (preset, level) => {
    const row = rowOf(matrixOf(preset), level);
    const told = story(level);
    const nowMs = T0 + 7 * 60_000;
    const request = { form: 'update', audience: 'public' } as const;
    const text = composeMessage({ incident: told.fold(), request, view: { nowMs, row, folder: 'x' } });
    told.add('update_posted', { minute: 7 });
    const clock = clocksOf(told.fold(), row, { stability_h: 24 }, nowMs).find(
      (one) => one.name === 'next_update',
    );
    const said = /That is at (\S+) (\S+) UTC\./.exec(text);
    expect(said ? `${said[1]}T${said[2]}:00.000Z` : undefined).toBe(clock?.due);
    if (row.update_every_min !== null)
      expect(text).toContain(`Next update in ${row.update_every_min} minutes.`);
    else expect(text).toContain('Next update when something changes.');
  });

  it.each(AUDIENCES)('an ETA for %s stands there only when somebody states one', (audience) => {
    const events = sampleEvents().slice(0, STAGE.update);
    expect(drafted(events, 'update', audience)).toContain('\nETA: Unknown\n');
    expect(drafted(events, 'update', audience, { eta: '15:30 UTC' })).toContain('\nETA: 15:30 UTC\n');
  });

  it('a duration without both ends is unknown, and no time is given for what has none', () => {
    const told = story('P3').add('resolved', { evidence: ['metric: 1'] });
    const view = { nowMs: hours(2), row: rowOf(matrixOf('default'), 'P3'), folder: 'x' };
    const text = composeMessage({
      incident: told.fold(),
      request: { form: 'resolution', audience: 'internal' },
      view,
    });
    expect(text).toContain('Duration: unknown\n');
    expect(text).toContain('No postmortem is required for this severity.');
    expect(text).not.toMatch(/UTC/);
  });
});

describe('the public', () => {
  const PEOPLE = ['Ana', 'Ruiz', 'Ben', 'claude-code'];
  it.each(FORMS)('reads no name, title, cause, commit, level or folder in a message of form %s', (form) => {
    const events = sampleEvents().slice(0, STAGE[form]);
    const text = drafted(events, form, 'public', { text: 'Ana Ruiz is on it, says Ana' });
    for (const inner of [
      ...PEOPLE,
      '500 error',
      'token',
      'auth.js',
      '9f8e7d6c',
      '1a2b3c4d',
      'v1.4',
      'P1',
      'specs/',
      'hotfix-001',
    ])
      expect(text).not.toContain(inner);
    expect(text).toMatch(/We are sorry/);
    if (form !== 'resolution' && form !== 'closure')
      expect(text).toContain('a colleague is on it, says a colleague');
    expect(text).not.toMatch(/blame|fault|mistake/i);
  });

  const down = (users: string) =>
    story('P0')
      .add('fact_recorded', { data: { name: 'service', value: 'down' } })
      .add('fact_recorded', { data: { name: 'users', value: users } })
      .fold();
  it.each([
    ['all', true],
    ['100%', true],
    ['many', false],
    ['unknown', false],
  ] as const)('reads of an outage only when the service is down for all: %s', (users, full) => {
    const incident = down(users);
    const request = { form: 'initial', audience: 'public', text: 'Outage of logins: two outages' } as const;
    const input = { incident, request, view: { nowMs: T0, row: null, folder: 'x' } };
    const text = composeMessage(input);
    expect(/outage/i.test(text)).toBe(full);
    if (!full) expect(text).toContain('Details: Disruption of logins: two disruptions');
    expect(notesOn(input).join()).toMatch(full ? /^((?!disruption).)*$/ : /disruption in: text/);
  });

  it.each([
    ['security', 'suspected', /Security: post nothing public/],
    ['data', 'exposed', /Security: post nothing public.*Data may be affected/s],
    ['data', 'lost_or_corrupted', /Data may be affected/],
  ])('is kept waiting when %s is %s', (name, value, note) => {
    const incident = story('P0').add('fact_recorded', { data: { name, value } }).fold();
    const view = { nowMs: T0, row: null, folder: 'x' };
    const notes = (audience: Audience) =>
      notesOn({ incident, request: { form: 'initial', audience, system: 'x' }, view }).join('\n');
    expect(notes('public')).toMatch(note);
    expect(notes('internal')).toBe('');
  });

  it('reads at most 1,500 characters, whatever is given', () => {
    const long = 'Ana '.repeat(4000);
    for (const form of FORMS)
      for (const events of [sampleEvents(), hostileEvents()]) {
        const given = { system: long, eta: long, impact: long, text: long };
        const text = drafted(events.slice(0, STAGE[form]), form, 'public', given);
        expect(text.length).toBeLessThanOrEqual(1_500);
        for (const audience of AUDIENCES)
          expect(drafted(events.slice(0, STAGE[form]), form, audience, given).length).toBeLessThanOrEqual(
            4_000,
          );
      }
  });
});

describe('which form fits', () => {
  it.each<[string, number, Form]>([
    ['opened', 1, 'initial'],
    ['an update was posted', 11, 'update'],
    ['mitigated', 13, 'update'],
    ['resolved', 27, 'resolution'],
    ['closed', 99, 'closure'],
  ])('%s', (_name, count, form) => {
    expect(formFor(foldIncident(SAMPLE_UID, sampleEvents().slice(0, count)))).toBe(form);
  });

  it.each<[Form, number]>([
    ['initial', 27],
    ['initial', 99],
    ['update', 99],
    ['need_eyes', 99],
    ['resolution', 14],
    ['closure', 27],
  ])('%s after %i events would not be true and is refused', (form, count) => {
    expect(refusal(() => drafted(sampleEvents().slice(0, count), form, 'internal'))).toMatch(
      /^\(refused\) conflict/,
    );
  });
});

describe('a drill', () => {
  it('is marked first and last, in every form and for every audience', () => {
    const drill = sampleEvents().map((event) =>
      event.kind === 'opened' ? { ...event, data: { ...event.data, drill: true } } : event,
    );
    for (const form of FORMS)
      for (const audience of AUDIENCES) {
        const lines = drafted(drill.slice(0, STAGE[form]), form, audience).split('\n');
        expect(lines[0]).toMatch(/^\[DRILL\] /);
        expect(lines.at(-1)).toMatch(/^\[DRILL\] /);
      }
    expect(drafted(sampleEvents().slice(0, 12), 'initial', 'public')).not.toContain('DRILL');
  });
});

describe('hostile text', () => {
  const given = { system: HOSTILE, eta: HOSTILE, impact: HOSTILE, text: HOSTILE };
  it.each(FORMS)('mentions nobody, links nothing and brings no markup or line into %s', (form) => {
    for (const audience of AUDIENCES) {
      const tame = drafted(sampleEvents().slice(0, STAGE[form]), form, audience, {
        system: 'x',
        eta: 'x',
        impact: 'x',
        text: 'x',
      });
      const text = drafted(hostileEvents().slice(0, STAGE[form]), form, audience, given);
      expect(text).not.toMatch(/@[\p{L}\p{N}]|#\d|\]\(|<[a-z!/]|<@/iu);
      const labels = (message: string) => message.split('\n').map((line) => /^[A-Z][\w ]+:/.exec(line)?.[0]);
      expect(labels(text).length).toBe(labels(tame).length);
    }
  });

  it('stays copyable from a terminal, which shows what is invisible', () => {
    const text = forCopying('@team fixes #1 <b> [a](b) <!channel> GH-2');
    expect(text).toBe('@\u200Dteam fixes #\u200D1 <\u200Db> [a]\u200D(b) <\u200D!channel> GH-\u200D2');
    expect(keepCopyable(cleanText(text))).toBe(text);
    expect(keepCopyable(cleanText('a\u200Db'))).toBe('a<U+200D>b');
  });
});

describe('nothing is invented', () => {
  const TIME = /\d{4}-\d{2}-\d{2} \d{2}:\d{2}(?= UTC)/g;
  const word = fc.stringMatching(/^[a-z]{1,8}( [0-9]{1,3})?$/);
  const args = fc.record({ system: word, eta: word, impact: word, text: word }, { requiredKeys: [] });

  it('every time and number is in the record, in the arguments, or computed', () => {
    fc.assert(
      fc.property(
        ...[fc.integer({ min: 1, max: 40 }), fc.constantFrom(...FORMS), fc.constantFrom(...AUDIENCES), args],
        (count, form, audience, more) => {
          const events = sampleEvents().slice(0, count);
          const input = inputOf(events, { form, audience, ...more });
          const text = refusal(() => textOf(input));
          if (text.startsWith('(refused)')) return;
          const { row, nowMs } = input.view;
          const times = new Set(
            [
              ...events.map((event) => Date.parse(event.at)),
              nowMs + (row?.update_every_min ?? 0) * 60_000,
              ...events.map((event) => Date.parse(event.at) + (row?.postmortem_within_h ?? 0) * 3_600_000),
            ].map((ms) => new Date(ms).toISOString().slice(0, 16).replace('T', ' ')),
          );
          for (const time of text.match(TIME) ?? []) expect(times).toContain(time);
          const ms = durationMs(input.incident);
          const rest = text
            .replace(TIME, '')
            .replaceAll(ms === null ? '\n\n\n' : formatDuration(ms), '')
            .replace(`Next update in ${row?.update_every_min} minutes`, '')
            .replace(`within ${row?.postmortem_within_h} hours`, '')
            .replace(/Next steps: \d open action item/, '')
            .replace(`[${input.incident.severity?.level ?? ''}]`, '');
          const known = `${JSON.stringify(events)} ${JSON.stringify(more)} hotfix-001`;
          for (const number of rest.match(/\d+(?:[.:]\d+)*/g) ?? []) expect(known).toContain(number);
        },
      ),
      { numRuns: 400 },
    );
  });
});
