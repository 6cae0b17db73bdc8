import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import * as z from 'zod/v4';
import type { FactName } from '../../src/core/kinds.ts';
import { documentsOf } from '../../src/tools/support/documents.ts';
import { loadUid } from '../../src/tools/support/load.ts';
import { has, type Pattern } from './producers.ts';
import type { Produce } from './rows.ts';
import { COMMIT, FACTS_OF } from './story.ts';
import type { World } from './world.ts';

/** Producers that play something of their own, in a second incident of the same repository. */

const p0Facts = Object.entries(FACTS_OF.P0).map(([name, value]) => `${name}: ${value}`);
const record = (
  world: World,
  incident: string,
  kind: string,
  text: string,
  more: Record<string, unknown> = {},
) => world.call('record_timeline_event', { incident, kind, text, ...more });

/** A call that must be refused, with what is missing named. */
export function refused(
  description: string,
  before: readonly Record<string, unknown>[],
  tool: string,
  args: Record<string, unknown>,
  message: RegExp,
): Produce {
  return async (world) => {
    const incident = await world.another(description);
    for (const event of before) await world.call('record_timeline_event', { incident, ...event });
    await expect(world.call(tool, { incident, ...args })).rejects.toThrow(message);
  };
}

/** A `type` of mitigation is recorded, contains the harm and stands as active. */
export function mitigation(type: string): Produce {
  return async (world) => {
    const incident = await world.bare();
    const answer = await record(world, incident, 'mitigation_applied', `Did it: ${type}`, { type });
    expect(answer.data.status).toBe('mitigated');
    const { mitigations } = (await loadUid(incident, world.deps)).incident;
    const active = mitigations.filter((one) => one.active).map((one) => one.event.data.type);
    expect(active).toContain(type);
  };
}

/** What triage is told when it asks for a fact that takes only certain values. */
const ANSWERS: Record<string, string> = { users: 'some', flow: 'other', spreading: 'no', data: 'none' };
const asked = new WeakMap<World, Promise<Map<string, string>>>();

/** Every question that the answers about a new incident show while each is answered in turn. */
async function askedBy(world: World): Promise<Map<string, string>> {
  const questions = new Map<string, string>();
  const incident = await world.another('Nobody knows anything yet');
  for (let round = 0; round < 20; round++) {
    const { data } = await world.call('get_incident', { incident });
    const shown = z.array(z.string()).parse(data.triage);
    if (shown.length === 0) return questions;
    for (const line of shown) {
      const [name = '', ask = ''] = line.split(/: (.*)/);
      questions.set(name, ask);
      await record(world, incident, 'fact_recorded', ANSWERS[name] ?? 'as asked', { type: name });
    }
  }
  throw new Error('triage never stops asking');
}

/** A question that people are shown until its fact is recorded. */
export function asks(name: FactName, words: RegExp): Produce {
  return async (world) => {
    const questions = asked.get(world) ?? askedBy(world);
    asked.set(world, questions);
    expect((await questions).get(name), name).toMatch(words);
    expect(world.moment('triaged').standing.data.triage).toEqual([]);
  };
}

/** A confirmed P0 skips it, says so in `tasks.md`, and no other level does. */
export function skippedForP0(id: string): Produce {
  return async (world) => {
    const worst = await world.another('Everything is down', { facts: p0Facts });
    const { files } = await documentsOf(worst, world.deps);
    expect(files['tasks.md']).toMatch(
      new RegExp(`^- \\[x\\] \\*\\*${id}\\*\\* ~~.*~~ skipped: confirmed P0`, 'm'),
    );
    expect(world.moment('opened').files['tasks.md']).toMatch(
      new RegExp(`^- \\[ \\] \\*\\*${id}\\*\\* `, 'm'),
    );
  };
}

/** A fix that is taken back opens the second attempt: T004 to T013 again, another branch, investigating again. */
export function secondAttempt(): Produce {
  return async (world) => {
    const incident = await world.another('The fix makes it worse');
    await record(world, incident, 'hypothesis_stated', 'The cache is stale');
    await record(world, incident, 'rollback_planned', 'Redeploy the release before', { type: 'hotfix' });
    await record(world, incident, 'fix_committed', 'Empty the cache', { ref: COMMIT });
    await record(world, incident, 'deployed', 'Out', { ref: COMMIT });
    const back = await record(world, incident, 'rolled_back', 'Redeployed the release before', {
      type: 'hotfix',
    });
    expect(back.data.status).toBe('investigating');
    const { files } = await documentsOf(incident, world.deps);
    for (const id of ['T004', 'T007', 'T010', 'T012']) expect(files['tasks.md']).toContain(`- [ ] **${id}**`);
    expect(files['tasks.md']).toContain('**Attempt**: 2');
    expect(files['hotfix.md']).toMatch(/\*\*Branch\*\*: hotfix\/\d{3}-[a-z0-9-]+-2$/m);
  };
}

/** An action item without owner or date keeps the incident from closing. */
export function looseRefused(given: Record<string, string>): Produce {
  return refused(
    'A loose end',
    [
      { kind: 'action_added', text: 'Somebody should look', ...given },
      { kind: 'deploy_verified', text: 'Fine', evidence: ['metric: 0 errors'] },
      { kind: 'resolved', text: 'Over' },
    ],
    'close_incident',
    {},
    /action_items/,
  );
}

/** Open action items stay in view after the close, and one is done only with evidence. */
export function tracked(): Produce {
  return async (world) => {
    expect(world.moment('closed').standing.text).toContain('Open action items: AI-001 AI-002 AI-003 AI-004');
    const { data } = await world.call('review_incidents');
    const item = expect.objectContaining({ action: 'AI-001', owner: 'Ana', due: '2026-01-20' });
    expect(data.owed).toMatchObject({ actions: expect.arrayContaining([item]) });
    const done = { incident: world.uid, kind: 'action_changed', text: 'Done', ref: 'AI-004', type: 'done' };
    await expect(world.call('record_timeline_event', done)).rejects.toThrow(/evidence/);
  };
}

/** Changed code keeps the incident from closing until the regression test is proven. */
export function closeNeedsProof(): Produce {
  return (world) => {
    expect(world.moment('resolved').standing.data.missing_to_close).toContain('regression');
  };
}

/** The files of a closed incident are kept beside its log. */
export function archived(...names: readonly string[]): Produce {
  return (world) => {
    const folder = join(world.root, '.git', 'hotfix-pulse', world.uid, 'archive');
    const [kept = ''] = readdirSync(folder).filter((name) => !name.startsWith('.'));
    expect(readdirSync(join(folder, kept))).toEqual(expect.arrayContaining([...names]));
  };
}

/** The invitation to the postmortem meeting, as the story made it. */
export function invitation(...patterns: readonly Pattern[]): Produce {
  return (world) => has(world, world.answer('invite').text, patterns, 'invitation');
}

/** What the command line says about when the meeting belongs. */
export function meetingWindow(pattern: RegExp): Produce {
  return async (world) => has(world, await world.cli('invite', world.uid), [pattern], 'invite');
}

/** The runbook entry and the note for agents, as a diff that nobody has applied. */
export function runbook(...patterns: readonly Pattern[]): Produce {
  return async (world) => has(world, await world.cli('runbook', world.uid), patterns, 'runbook');
}

/** A file of the repository whose path matches. */
export function file(path: RegExp): Produce {
  return (world) => {
    const all = readdirSync(world.root, { recursive: true, encoding: 'utf8' }).filter(
      (one) => !one.startsWith('.git/'),
    );
    expect(all).toContainEqual(expect.stringMatching(path));
  };
}

/** Words of a report that must be taken for an incident of such a level. */
export function example(description: string, severity: RegExp): Produce {
  return async (world) => {
    const { data } = await world.call('classify_severity', { description });
    expect(data.verdict).toBe('incident');
    expect(data.severity).toMatch(severity);
  };
}

/** Nothing that looks like a secret or an address is in any file of an incident. */
export function keepsNoSecret(): Produce {
  return async (world) => {
    const incident = await world.another('A secret slipped in');
    const key = ['ghp', '0123456789abcdefghijABCDEFGHIJ456789'].join('_');
    await record(world, incident, 'noted', `The log showed ${key} of ana@example.com`);
    const everything = Object.values((await documentsOf(incident, world.deps)).files).join('\n');
    expect(everything).toContain('The log showed');
    for (const secret of [key, 'ana@example.com']) expect(everything).not.toContain(secret);
  };
}

/** The list of incidents holds the one of the story. */
export function listed(): Produce {
  return async (world) => {
    const { data } = await world.call('list_incidents', { status: 'all', limit: 100 });
    expect(data.incidents).toContainEqual(
      expect.objectContaining({ incident: 'hotfix-001', uid: world.uid }),
    );
  };
}

/** The folder of the incident holds the document. */
export function inFolder(name: string): Produce {
  return async (world) => {
    const { files } = await world.deps.workspace.read(String(world.moment('closed').standing.data.folder));
    expect(Object.keys(files)).toContain(name);
  };
}

/** A review over the incidents of the repository has the named intervals of the story. */
export function reviewed(): Produce {
  return async (world) => {
    const { data } = await world.call('review_incidents');
    expect(data.incidents).toBeGreaterThan(0);
    expect(data.intervals).toContainEqual(expect.objectContaining({ name: 'time_to_mitigate', n: 1 }));
  };
}

/** A message drafted in an incident of which only these events are known. */
export function drafted(
  events: readonly Record<string, unknown>[],
  args: Record<string, unknown>,
  ...patterns: readonly Pattern[]
): Produce {
  return async (world) => {
    const incident = await world.another('Something else is broken');
    for (const event of events) await world.call('record_timeline_event', { incident, ...event });
    const { text } = await world.call('draft_update', { incident, ...args });
    has(world, text, patterns, 'draft');
  };
}
