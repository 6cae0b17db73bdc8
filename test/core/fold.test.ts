import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseEvent, type RecordedEvent } from '../../src/core/events.ts';
import { branchOf, folderOf, foldIncident, type Incident } from '../../src/core/incident.ts';
import { KIND_NAMES } from '../../src/core/kinds.ts';
import { STATUSES } from '../../src/core/status.ts';
import { tasksOf } from '../../src/core/tasks.ts';
import { minute, type Story, story, UID } from '../support/events.ts';

/** Any kinds, happening at any minute, in recorded order. */
const anyStory = fc
  .array(fc.record({ kind: fc.constantFrom(...KIND_NAMES), at: fc.nat(500), live: fc.boolean() }), {
    maxLength: 40,
  })
  .map((tellings) =>
    tellings.reduce<Story>(
      (s, { kind, at, live }, i) => s.add(kind, { minute: at, recorded: 501 + i, live }),
      story('P1'),
    ),
  );
const plain = (incident: Incident) => JSON.stringify(incident, (_, v) => (v instanceof Map ? [...v] : v));
const task = (s: Story, id: string) => tasksOf(s.fold()).find((one) => one.id === id)?.state;

describe('the fold', () => {
  it('does not depend on the order in which events were read, and changes none of them', () => {
    fc.assert(
      fc.property(anyStory, fc.infiniteStream(fc.nat()), ({ events }, noise) => {
        const before = JSON.stringify(events);
        const shuffled = events.map((event) => ({ event, by: noise.next().value ?? 0 }));
        shuffled.sort((a, b) => a.by - b.by);
        const other = foldIncident(
          UID,
          shuffled.map(({ event }) => event),
        );
        expect(plain(other)).toBe(plain(foldIncident(UID, events)));
        expect(plain(foldIncident(UID, other.recorded))).toBe(plain(other));
        expect(JSON.stringify(events)).toBe(before);
      }),
    );
  });

  it('never leaves the known statuses, and once ended only a reopening comes after', () => {
    fc.assert(
      fc.property(anyStory, (s) => {
        let ended = false;
        for (let n = 1; n <= s.events.length; n++) {
          const { status } = foldIncident(UID, s.events.slice(0, n));
          expect(STATUSES).toContain(status);
          const isEnd = status === 'closed' || status === 'cancelled';
          if (ended && !isEnd) expect(s.events[n - 1]?.kind).toBe('reopened');
          ended = isEnd;
        }
      }),
    );
  });

  it('keeps two orders: told for people, recorded for decisions', () => {
    const s = story('P1')
      .add('resolved', { minute: 60 })
      .add('mitigation_applied', { minute: 10, recorded: 90 });
    const { status, told, recorded } = s.fold();
    expect(told.map((e) => e.kind)).toEqual(['opened', 'severity_changed', 'mitigation_applied', 'resolved']);
    expect(recorded.map((e) => e.kind)).toEqual([
      'opened',
      'severity_changed',
      'resolved',
      'mitigation_applied',
    ]);
    expect(status).toBe('resolved');
  });

  it('tells times of unlike forms in the right order', () => {
    const s = story().add('noted', { text: 'half', minute: 1 }).add('noted', { text: 'full', minute: 1 });
    const [opened, half, full] = s.events as [RecordedEvent, RecordedEvent, RecordedEvent];
    half.at = '2026-03-01T12:01:00.5Z';
    full.at = '2026-03-01T12:01:00Z';
    expect(
      foldIncident(UID, [opened, half, full])
        .told.map((e) => e.text)
        .slice(1),
    ).toEqual(['full', 'half']);
  });

  it('lets a later fact overwrite an earlier one, in recorded order', () => {
    const s = story('P1')
      .add('fact_recorded', { data: { name: 'users', value: 'some' }, minute: 30 })
      .add('fact_recorded', { data: { name: 'users', value: 'all' }, minute: 5, recorded: 40 });
    expect(s.fold().facts.get('users')).toMatchObject({ value: 'all', at: minute(5) });
  });

  it('takes the first opening and no other', () => {
    const s = story('P1')
      .add('mitigation_applied')
      .add('opened', { data: { number: 9, title: 'Other' } });
    expect(s.fold()).toMatchObject({
      number: 1,
      label: 'hotfix-001',
      title: 'Users cannot log in',
      status: 'mitigated',
    });
  });

  it('keeps refuted hypotheses', () => {
    const s = story('P1')
      .add('hypothesis_stated', { text: 'the cache' })
      .add('hypothesis_stated', { text: 'the cookie' });
    const cookie = s.last('hypothesis_stated').id;
    s.add('hypothesis_refuted', { data: { ref: cookie, reason: 'same name' } });
    expect(s.fold().hypotheses).toMatchObject([
      { text: 'the cache', state: 'open' },
      { text: 'the cookie', state: 'refuted', reason: 'same name' },
    ]);
    s.add('hypothesis_refuted', { data: { reason: 'cache was empty' } });
    expect(s.fold().hypotheses[0]).toMatchObject({ state: 'refuted', reason: 'cache was empty' });
  });

  it('loses no action item when two writers take the same id', () => {
    const s = story('P1')
      .add('action_added', { text: 'alert' })
      .add('action_added', { text: 'test' })
      .add('action_changed', { data: { owner: 'Ana', state: 'done' }, evidence: ['https://ci.example/1'] });
    expect([...s.fold().actions.values()]).toMatchObject([
      { id: 'AI-001', text: 'alert', owner: 'Ana', state: 'done', evidence: ['https://ci.example/1'] },
      { id: 'AI-002', text: 'test', owner: undefined, state: 'open' },
    ]);
  });
});

describe('attempts', () => {
  const PER_ATTEMPT = ['T004', 'T005', 'T006', 'T007', 'T008', 'T009', 'T010', 'T011', 'T012', 'T013'];
  const firstFix = () =>
    story('P1')
      .add('fact_recorded', { data: { name: 'reproduced', value: 'log in twice' } })
      .add('hypothesis_stated')
      .add('cause_identified', { evidence: ['commit:1a2b3c4d'] })
      .add('rollback_planned')
      .add('fix_committed')
      .add('checks_run')
      .add('approval_given')
      .add('deploy_verified', { data: { environment: 'staging' }, evidence: ['output: ok'] })
      .add('deployed')
      .add('deploy_verified', { evidence: ['metric: 5xx 0.1 %'] });

  it('reopens T004 to T013, and those only, when the fix is taken back', () => {
    const s = firstFix();
    expect(PER_ATTEMPT.map((id) => task(s, id))).toEqual(PER_ATTEMPT.map(() => 'done'));
    s.add('rolled_back', { data: { target: 'hotfix' } });
    expect(PER_ATTEMPT.map((id) => task(s, id))).toEqual(PER_ATTEMPT.map(() => 'open'));
    expect([task(s, 'T001'), task(s, 'T003')]).toEqual(['done', 'done']);
    expect(s.fold()).toMatchObject({ attempt: 2, status: 'identified' });
    expect(branchOf(s.fold())).toBe('hotfix/001-users-cannot-log-in-2');
    expect(s.fold().recorded).toHaveLength(s.events.length);
  });

  it('a rollback of the release is a mitigation, not a second attempt', () => {
    const s = firstFix().add('rolled_back', { data: { target: 'release' } });
    expect(s.fold()).toMatchObject({ attempt: 1, status: 'mitigated' });
    expect(task(s, 'T007')).toBe('done');
  });

  it('a reopening takes back the cause that was believed, and asks for T004 to T013 again', () => {
    const s = firstFix().add('resolved').add('reopened');
    expect(s.fold()).toMatchObject({ status: 'investigating', cause: null, attempt: 1 });
    expect(PER_ATTEMPT.map((id) => task(s, id))).toEqual(PER_ATTEMPT.map(() => 'open'));
    expect(s.add('mitigation_applied').add('mitigation_removed').fold().status).toBe('investigating');
    const fixed = story('P1').add('mitigation_applied').add('deployed').add('mitigation_removed');
    expect(fixed.fold().status).toBe('monitoring');
  });

  it('a release that stays rolled back still holds when a mitigation beside it goes', () => {
    const s = story('P1').add('rolled_back').add('mitigation_applied').add('mitigation_removed');
    expect(s.fold()).toMatchObject({ status: 'mitigated', releaseRollback: { kind: 'rolled_back' } });
    expect(s.add('deployed').fold().releaseRollback).toBeNull();
  });
});

describe('parseEvent', () => {
  const stored = () => {
    const { live: _live, ...event } = story('P1').last('severity_changed');
    return event as Record<string, unknown>;
  };

  it('takes what the log writes, and members that a newer version added', () => {
    for (const { live: _live, ...event } of KIND_NAMES.map((kind) => story().add(kind).last(kind)))
      expect(parseEvent(event)).toEqual({ event });
    expect(parseEvent({ ...stored(), mood: 'calm' })).toMatchObject({ event: { mood: 'calm' } });
  });

  it.each([
    [{ kind: 'celebrated' }, 'not an event: wrong or missing: kind'],
    [{ kind: '__proto__' }, 'not an event: wrong or missing: kind'],
    [{ v: 2 }, 'not an event: wrong or missing: v'],
    [{ id: '../../x' }, 'not an event: wrong or missing: id'],
    [{ at: 'yesterday', recorded_at: 5 }, 'not an event: wrong or missing: at, recorded_at'],
    [{ data: { to: 'P9', confirmed: true } }, 'severity_changed: data wrong or missing: to'],
    [{ purged: true }, 'not a tombstone: wrong or missing: line_sha256'],
  ])('refuses %j in our own words', (change, problem) => {
    expect(parseEvent({ ...stored(), ...change })).toEqual({ problem });
  });

  it.each([null, 'x', 5, [], {}])('refuses %j', (value) => {
    expect(parseEvent(value)).toHaveProperty('problem');
  });

  it('shows a tombstone as an empty event, and keeps the name of a purged incident', () => {
    const { id, incident, at, recorded_at } = story().last('opened');
    const tomb = {
      ...{ v: 1, id, incident, kind: 'opened', at, recorded_at },
      purged: true,
      line_sha256: 'f',
    };
    expect(parseEvent(tomb)).toMatchObject({
      event: { kind: 'purged', text: '', data: { event: id, was: 'opened' } },
    });
    const named = parseEvent({ ...tomb, kept: { number: 7, slug: 'x' } });
    expect(named).toMatchObject({
      event: { kind: 'opened', data: { number: 7, slug: 'x', title: '(purged)' } },
    });
  });
});

describe('two clones that took the same number', () => {
  it('have a legal folder and branch, whatever they are called in this clone', () => {
    const twin = { ...story('P1').fold(), label: 'hotfix-003 (b)', number: 3, slug: 'login' };
    expect(folderOf(twin)).toBe('specs/hotfix-003-login');
    expect(branchOf(twin)).toBe('hotfix/003-login');
  });
});
