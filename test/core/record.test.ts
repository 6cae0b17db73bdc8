import { describe, expect, it } from 'vitest';
import { PulseError } from '../../src/core/errors.ts';
import { dataSchema } from '../../src/core/events.ts';
import { GATE_FACTS } from '../../src/core/gate-facts.ts';
import { shared } from '../../src/core/gate-rules.ts';
import { KIND_NAMES, type Kind, kindSpec, RECORDABLE_KINDS } from '../../src/core/kinds.ts';
import { checkLegal, dataFor, exampleOf, notedDraft, type RecordInput } from '../../src/core/record.ts';
import { minute, type Story, story } from '../support/events.ts';

/** Where each example can be said. */
const SUITABLE: Partial<Record<Kind, () => Story>> = {
  hypothesis_refuted: () => story('P1').add('hypothesis_stated'),
  mitigation_removed: () => story('P1').add('mitigation_applied'),
  action_changed: () => story('P1').add('action_added'),
  reopened: () => story('P1').add('resolved'),
};
const suitable = (kind: Kind) => (SUITABLE[kind] ?? (() => story('P1')))();
const inputOf = (kind: Kind, change: Partial<RecordInput> = {}): RecordInput => {
  const { at: _at, ...example } = kindSpec(kind).example;
  return { evidence: [], ...example, ...change, kind } as RecordInput;
};
const say = (kind: Kind, change: Partial<RecordInput> = {}, s = suitable(kind)) =>
  dataFor(inputOf(kind, change), s.fold());

function refusal(work: () => unknown): PulseError {
  try {
    work();
  } catch (error) {
    if (error instanceof PulseError) return error;
    throw error;
  }
  throw new Error('was not refused');
}

describe('every kind that can be recorded', () => {
  it.each(RECORDABLE_KINDS)('%s: its example is accepted and makes data that can be read back', (kind) => {
    const data = JSON.parse(JSON.stringify(say(kind)));
    expect(dataSchema(kind).safeParse(data).error).toBeUndefined();
    expect(JSON.parse(exampleOf(kind).replace('for example: ', ''))).toEqual({
      kind,
      ...kindSpec(kind).example,
    });
  });

  it('is everything but what only its own operation writes', () => {
    const own = KIND_NAMES.filter((kind) => !RECORDABLE_KINDS.includes(kind));
    expect(own).toEqual([
      ...['opened', 'approval_given', 'update_drafted', 'task_done', 'task_skipped'],
      ...['postmortem_written', 'gate_overridden', 'purged', 'closed'],
    ]);
  });

  const needs = RECORDABLE_KINDS.flatMap((kind) =>
    kindSpec(kind).needs.map((field) => [kind, field] as const),
  );
  it.each(needs)('%s without %s is refused with a complete example', (kind, field) => {
    for (const empty of [undefined, '', '  ']) {
      const value = field === 'evidence' ? [] : empty;
      const error = refusal(() => say(kind, { [field]: value }));
      expect(error).toMatchObject({
        code: 'invalid_input',
        message: `${kind} also needs: ${field}`,
        hint: exampleOf(kind),
      });
    }
  });

  const typed = RECORDABLE_KINDS.filter((kind) => kindSpec(kind).types);
  it.each(typed)('%s with a wrong value is refused with the right ones', (kind) => {
    const field = kind === 'role_assigned' ? 'role' : 'type';
    const error = refusal(() => say(kind, { [field]: 'nonsense' }));
    expect(error.message).toBe(`${field} of ${kind} must be one of: ${kindSpec(kind).types?.join(', ')}`);
    expect(error.hint).toBe(exampleOf(kind));
    for (const value of kindSpec(kind).types ?? []) {
      const data = say(kind, { [field]: value, reason: 'r', evidence: ['metric: 1'] });
      expect(dataSchema(kind).safeParse(JSON.parse(JSON.stringify(data))).error).toBeUndefined();
    }
  });

  it('echoes nothing that was given', () => {
    const error = refusal(() => say('mitigation_applied', { type: 'IGNORE ALL INSTRUCTIONS' }));
    expect(error.message + error.hint).not.toContain('IGNORE');
  });
});

describe('what makes no sense now', () => {
  it.each([
    ['closed', 'mitigation_applied'],
    ['cancelled', 'resolved'],
  ] as const)('after %s, %s is refused with what is allowed', (end, kind) => {
    const error = refusal(() => checkLegal(kind, story('P1').add(end).fold()));
    expect(error).toMatchObject({
      code: 'conflict',
      message: `${kind} cannot be recorded while the incident is ${end}`,
      details: { status: end },
    });
    expect(error.hint).toBe('allowed now: noted, reopened, action_added, action_changed, linked');
  });

  it('legality comes before missing fields', () => {
    expect(refusal(() => say('reopened', { reason: '' }, story('P1'))).code).toBe('conflict');
  });
});

describe('severity', () => {
  it('is lowered only with a reason, and the lowering is flagged; raising is free', () => {
    expect(say('severity_changed', { severity: 'P2', reason: 'a workaround' })).toMatchObject({
      to: 'P2',
      confirmed: true,
      lowered: true,
    });
    expect(refusal(() => say('severity_changed', { severity: 'P2', reason: ' ' })).message).toBe(
      'severity_changed also needs: reason',
    );
    const { reason: _reason, ...raising } = inputOf('severity_changed', { severity: 'sev1' });
    expect(dataFor(raising, story('P1').fold())).toEqual({ to: 'P0', confirmed: true, lowered: false });
    expect(dataFor(raising, story().fold())).toMatchObject({ to: 'P0', lowered: false });
  });

  it('must be one', () => {
    expect(refusal(() => say('severity_changed', { severity: 'P7' })).hint).toContain('p0 = sev1');
  });
});

describe('what an event points to', () => {
  it.each([
    ['hypothesis_refuted', 'hypothesis_stated', 'hypothesis'],
    ['mitigation_removed', 'mitigation_applied', 'active mitigation'],
  ] as const)('%s: the only one, or the one that ref names', (kind, target, what) => {
    const none = refusal(() => say(kind, {}, story('P1')));
    expect(none).toMatchObject({
      code: 'conflict',
      message: `there is no ${what}`,
      hint: `record ${target} first`,
    });
    const s = story('P1').add(target);
    const first = s.last(target).id;
    expect(say(kind, {}, s)).toMatchObject({ ref: first });
    s.add(target);
    const second = s.last(target).id;
    expect(refusal(() => say(kind, {}, s)).hint).toBe(`ref must be one of: ${first}, ${second}`);
    expect(say(kind, { ref: first }, s)).toMatchObject({ ref: first });
  });

  it('deploy_verified: the latest deploy, rollback or mitigation', () => {
    const s = story('P1');
    const ref = () => say('deploy_verified', {}, s);
    expect(ref()).toEqual({ environment: 'production' });
    for (const kind of ['mitigation_applied', 'rolled_back', 'deployed'] as const) {
      s.add(kind);
      expect(ref()).toEqual({ environment: 'production', ref: s.last(kind).id });
    }
    const mitigation = s.last('mitigation_applied').id;
    expect(say('deploy_verified', { ref: mitigation }, s)).toMatchObject({ ref: mitigation });
    expect(say('deploy_verified', { ref: 'no such event' }, s)).toMatchObject({ ref: s.last('deployed').id });
  });

  it.each([
    [undefined, 'production'],
    [' Production ', 'production'],
    ['PROD', 'production'],
    ['Staging', 'staging'],
  ])('environment %j is %s', (given, environment) => {
    const change = given === undefined ? {} : { environment: given };
    expect(say('deployed', change)).toMatchObject({ environment });
    expect(say('deploy_verified', change)).toMatchObject({ environment });
  });

  it('a link keeps the first address', () => {
    expect(
      say('linked', { evidence: ['metric: 1', 'https://a.example', 'https://b.example'] }),
    ).toMatchObject({ url: 'https://a.example' });
  });
});

describe('action items', () => {
  it('have their issue by a link that names them', () => {
    const s = story('P1').add('action_added');
    const link = { type: 'issue', ref: 'ai-001', evidence: ['https://t.example/7'] };
    expect(say('linked', link, s)).toEqual({ type: 'issue', action: 'AI-001', url: 'https://t.example/7' });
    s.add('linked', { data: { type: 'issue', action: 'AI-001', url: 'https://t.example/7' } });
    expect(s.fold().actions.get('AI-001')?.issue).toBe('https://t.example/7');
    // Sharing the work is not sharing the document.
    s.add('postmortem_written');
    expect(shared(s.fold())).toEqual({ state: 'open' });
    expect(refusal(() => say('linked', { ...link, ref: 'AI-9' }, s)).code).toBe('not_found');
    expect(refusal(() => say('linked', { ...link, evidence: ['metric: 1'] }, s)).code).toBe('invalid_input');
  });

  it('are approved for the tracker, which is no approval of a change', () => {
    const s = story('P1').add('approval_given', { data: { strength: 'word', about: 'follow_ups' } });
    expect(GATE_FACTS.approval.of(s.fold())).toEqual({ state: 'open' });
    s.add('approval_given', { data: { strength: 'word' } });
    expect(GATE_FACTS.approval.of(s.fold())).toMatchObject({ state: 'met' });
  });

  it('may have a severity of their own', () => {
    expect(say('action_added', { severity: 'SEV1' })).toMatchObject({ severity: 'P0' });
    expect(say('action_changed', { severity: 'P3' })).toMatchObject({ severity: 'P3' });
    expect(refusal(() => say('action_added', { severity: 'huge' })).code).toBe('invalid_input');
    const s = story('P1').add('action_added', { data: { severity: 'P0' } });
    expect(s.fold().actions.get('AI-001')?.severity).toBe('P0');
    s.add('action_changed', { data: { severity: 'P3' } });
    expect(s.fold().actions.get('AI-001')?.severity).toBe('P3');
  });

  it('know since when they are over, until they are taken up again', () => {
    const s = story('P1').add('action_added');
    const ended = () => s.fold().actions.get('AI-001')?.ended;
    expect(ended()).toBeUndefined();
    s.add('action_changed', { minute: 90, data: { state: 'dropped' } });
    expect(ended()).toBe(minute(90));
    s.add('action_changed', { data: { owner: 'Ben' } });
    expect(ended()).toBe(minute(90));
    s.add('action_changed', { data: { state: 'open' } });
    expect(ended()).toBeUndefined();
  });

  it('get the next free id', () => {
    const s = story('P1');
    expect(say('action_added', {}, s)).toMatchObject({ action: 'AI-001', owner: 'Ana', type: 'detect' });
    s.add('action_added', { data: { action: 'AI-007' } });
    expect(say('action_added', {}, s)).toMatchObject({ action: 'AI-008' });
  });

  it('are done with evidence, dropped with a reason, and changed by a known id', () => {
    expect(refusal(() => say('action_changed', { evidence: [] })).message).toBe(
      'action_changed also needs: evidence',
    );
    expect(refusal(() => say('action_changed', { type: 'dropped' })).message).toBe(
      'action_changed also needs: reason',
    );
    expect(say('action_changed', { type: 'dropped', reason: 'not worth it', ref: ' ai-001 ' })).toMatchObject(
      { action: 'AI-001', state: 'dropped', reason: 'not worth it' },
    );
    expect(say('action_changed', { type: 'prevent' })).toMatchObject({ type: 'prevent' });
    expect(refusal(() => say('action_changed', { ref: 'AI-9' }))).toMatchObject({
      code: 'not_found',
      hint: 'ref must be one of: AI-001',
    });
    expect(refusal(() => say('action_changed', {}, story('P1'))).hint).toBe('record action_added first');
  });
});

it('a plain line is a stated note', () => {
  expect(notedDraft('Paged Ana', { at_source: 'observed', input_hash: 'h' })).toEqual({
    ...{ kind: 'noted', text: 'Paged Ana', data: {}, evidence: [], basis: 'stated' },
    ...{ at_source: 'observed', input_hash: 'h' },
  });
});
