import { describe, expect, it } from 'vitest';
import { FACTS } from '../../src/core/kinds.ts';
import { dataFor } from '../../src/core/record.ts';
import { triageQuestions, triageShort } from '../../src/core/triage.ts';
import { story } from '../support/events.ts';

/** What the documents want to know in triage, and the fact that holds it. Source: seed 002 step 2, seed 003 step 3. */
const WANTED = [
  'affected_systems',
  'users',
  'flow',
  'plans',
  'data',
  'blast_radius',
  'spreading',
  'what_changed',
  'started',
] as const;

describe('triage', () => {
  it('asks for everything while nothing is known', () => {
    const asked = triageQuestions(story('P1').fold()).map(({ fact }) => fact);
    expect([...asked].sort()).toEqual([...WANTED].sort());
  });

  it.each(WANTED)('%s can be recorded as a fact, and is asked until it is known', (name) => {
    expect(FACTS).toContain(name);
    const incident = story('P1').fold();
    const said = { kind: 'fact_recorded' as const, type: name, text: 'something', evidence: [] };
    expect(dataFor(said, incident)).toMatchObject({ name, value: 'something' });
    const asks = (value: string) =>
      triageQuestions(story('P1').add('fact_recorded', { data: { name, value } }).fold()).some(
        ({ fact }) => fact === name,
      );
    expect([asks('something'), asks('unknown'), asks(' Unknown ')]).toEqual([false, true, true]);
  });

  it('names three at most, and none that the same answer asks already', () => {
    const incident = story('P1').fold();
    expect(triageShort(incident)).toHaveLength(3);
    expect(triageShort(incident, ['what_changed', 'users']).join()).not.toMatch(/what_changed|users/);
  });

  it.each(['closed', 'cancelled'] as const)('asks nothing once %s', (kind) => {
    expect(triageQuestions(story('P1').add(kind).fold())).toEqual([]);
  });
});
