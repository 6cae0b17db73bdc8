import { describe, expect, it } from 'vitest';
import { mitigationOptions } from '../../../src/core/ship/mitigation-options.ts';
import type { RehearsalSays } from '../../../src/core/ship/mitigation-signals.ts';
import { type Story, story } from '../../support/events.ts';

const fact = (told: Story, name: string, value: string): Story =>
  told.add('fact_recorded', { data: { name, value }, text: value });
const rehearsal = (over: Partial<RehearsalSays> = {}): RehearsalSays => ({
  ...{ outcome: 'applies', class: 'reversible', kinds: [] },
  ...over,
});
const types = (told: Story, says: RehearsalSays | null = null) =>
  mitigationOptions(told.fold(), says).map(({ type }) => type);
function option(told: Story, type: string, says: RehearsalSays | null = null) {
  const found = mitigationOptions(told.fold(), says).find((one) => one.type === type);
  if (!found) throw new Error(`${type} is missing`);
  return found;
}

describe('what nobody knows', () => {
  it('ranks what is quick and easily undone first, claims nothing, and says what to find out', () => {
    const all = mitigationOptions(story().fold(), null);
    expect(all.map(({ type }) => type)).toEqual([
      ...['rollback', 'feature_flag', 'config_change', 'scale_up', 'redirect', 'traffic_gate'],
      ...['database_fix', 'hotfix'],
    ]);
    for (const { type, why, risks, first_step } of all) {
      // That no cause is recorded is all that the record knows.
      expect(why, type).toEqual(type === 'rollback' ? ['it needs no cause (no cause is recorded)'] : []);
      expect(risks.length, type).toBeGreaterThan(0);
      expect(first_step, type).not.toBe('');
    }
    expect(option(story(), 'feature_flag').unknown).toContainEqual({
      ...{ record: 'what_changed', ask: 'whether it is behind a feature flag' },
    });
    expect(option(story(), 'rollback').unknown.map(({ record }) => record)).toContain('plan_mitigation');
  });

  it('a fact stated as unknown stays unknown', () => {
    const told = fact(fact(story(), 'data', 'unknown'), 'security', 'unknown');
    expect(types(told)).toEqual(types(story()));
    expect(option(told, 'traffic_gate').unknown.map(({ record }) => record)).toContain('data');
  });

  it('what is known is not asked again', () => {
    const told = fact(story(), 'data', 'none');
    expect(JSON.stringify(mitigationOptions(told.fold(), null).map(({ unknown }) => unknown))).not.toContain(
      '"record":"data"',
    );
  });
});

describe('each option', () => {
  it.each<[string, string, string, string]>([
    ['feature_flag', 'what_changed', 'new checkout behind a feature flag', 'fact what_changed'],
    ['config_change', 'what_changed', 'configuration of the pool', 'fact what_changed'],
    ['scale_up', 'observation', 'CPU at 100 % on all nodes', 'fact observation'],
    ['scale_up', 'observation', 'traffic five times the usual', 'fact observation'],
    ['redirect', 'affected_systems', 'our payment provider', 'fact affected_systems'],
    ['traffic_gate', 'data', 'at_risk', 'fact data: at_risk'],
    ['traffic_gate', 'security', 'suspected', 'fact security: suspected'],
    ['rollback', 'what_changed', 'deploy of v1.4.0 at 13:00', 'fact what_changed'],
  ])('%s leads when %s says: %s', (type, name, value, from) => {
    const told = fact(story(), name, value);
    expect(types(told)[0]).toBe(type);
    expect(option(told, type).why.join()).toContain(`(${from})`);
    // Our own words: a fact's text never becomes an instruction.
    if (value.includes(' '))
      expect(JSON.stringify(mitigationOptions(told.fold(), null))).not.toContain(value);
  });

  it('a denial counts against it', () => {
    const nothing = fact(story(), 'what_changed', 'nothing was deployed this week');
    expect(types(nothing).indexOf('rollback')).toBeGreaterThan(0);
    expect(option(nothing, 'rollback').risks[0]).toContain('nothing to go back to (fact what_changed)');
    const plain = fact(story(), 'blast_radius', 'it is not behind a flag');
    expect(types(plain).at(-1)).toBe('feature_flag');
  });

  it('a known cause brings the code fix forward; a rehearsal that conflicts does too', () => {
    const place = (told: Story, says: RehearsalSays | null) => types(told, says).indexOf('hotfix');
    const known = story().add('cause_identified');
    expect(place(known, null)).toBeLessThan(place(story(), null));
    expect(types(known, rehearsal({ outcome: 'conflicts' }))[0]).toBe('hotfix');
    expect(option(known, 'rollback', rehearsal({ outcome: 'conflicts' })).risks[0]).toContain('conflicts');
  });

  it('ordinary words are no signal', () => {
    const told = fact(
      story(),
      'observation',
      'pages do not load, error spike, user settings flagged as spam',
    );
    expect(types(told)).toEqual(types(story()));
  });

  it('what the changes themselves are speaks too', () => {
    expect(types(story(), rehearsal({ kinds: ['feature_flag'] }))[0]).toBe('feature_flag');
    expect(option(story(), 'config_change', rehearsal({ kinds: ['configuration'] })).why).toEqual([
      'configuration is at fault (the changes: nothing but configuration)',
    ]);
    expect(
      option(story(), 'config_change', rehearsal({ kinds: ['configuration', 'migration'] })).why,
    ).toEqual([]);
  });

  it('a search for suspects is a release that went live', () => {
    const told = story().add('noted', { basis: 'measured', data: { suspects: [{ commit: 'x' }] } });
    expect(option(told, 'rollback').why.join()).toContain('find_suspect_changes');
    const stated = story().add('noted', { basis: 'stated', data: { suspects: [{ commit: 'x' }] } });
    expect(option(stated, 'rollback').why.join()).not.toContain('find_suspect_changes');
  });
});

describe('data', () => {
  it.each(['at_risk', 'lost_or_corrupted', 'exposed'])(
    '%s: writes are stopped before anything goes back',
    (value) => {
      const told = fact(fact(story('P0'), 'data', value), 'what_changed', 'deploy of v1.4.0');
      const order = types(told, rehearsal());
      expect(order[0]).toBe('traffic_gate');
      expect(option(told, 'rollback', rehearsal()).risks.join()).toContain('stop them first');
    },
  );

  it('once the gate is closed the rest is ranked without it', () => {
    const told = fact(story('P0'), 'data', 'at_risk').add('mitigation_applied', {
      data: { type: 'traffic_gate' },
    });
    expect(types(told)[0]).toBe('rollback');
    expect(mitigationOptions(told.fold(), null).at(-1)).toMatchObject({
      type: 'traffic_gate',
      in_place: true,
    });
  });

  it.each(['destructive', 'forward_only'] as const)(
    'a %s migration: no rollback without a person',
    (kind) => {
      const told = fact(story(), 'what_changed', 'deploy of v1.4.0');
      const found = option(told, 'rollback', rehearsal({ class: kind, kinds: ['migration'] }));
      expect(found.needs_person).toBe(true);
      expect(found.points).toBeLessThan(option(told, 'rollback', rehearsal()).points);
      expect(option(told, 'rollback', rehearsal()).needs_person).toBe(false);
    },
  );

  it('a rollback that stands is in place', () => {
    const told = story().add('rolled_back');
    expect(option(told, 'rollback')).toMatchObject({ in_place: true });
    expect(types(told).at(-1)).toBe('rollback');
  });
});

it('what would change the rank really does', () => {
  const told = story('P1');
  const now = mitigationOptions(told.fold(), null);
  const flag = fact(story('P1'), 'what_changed', 'a feature flag was turned on');
  const before = now.findIndex(({ type }) => type === 'feature_flag');
  expect(types(flag).indexOf('feature_flag')).not.toBe(before);
});
