import { describe, expect, it } from 'vitest';
import { type ChecklistKind, renderChecklist } from '../../src/core/checklists.ts';
import { renderCompletion } from '../../src/core/completion.ts';
import type { ChecklistFacts } from '../../src/core/gate-rules.ts';
import type { Kind } from '../../src/core/kinds.ts';
import { matrixOf, PRESETS, type PresetName, rowOf } from '../../src/core/severity.ts';
import { type Story, story } from '../support/events.ts';
import { hostileEvents, openedOnly, sampleEvents, sampleOf } from '../support/sample-incident.ts';

const ROW = rowOf(matrixOf('default'), 'P1');
const KINDS = ['pre_deploy', 'completion'] as const;
const facts: ChecklistFacts = { row: ROW, secretsFound: [] };

/** The boxes of a checklist: their words, and whether they are ticked. */
function boxes(told: Story, kind: ChecklistKind, preset: PresetName, more = facts): Map<string, boolean> {
  const lines = renderChecklist(told.fold(), more, kind, preset).split('\n');
  return new Map(
    lines.flatMap((line) => {
      const [, mark, words = ''] =
        /^- \[([ x])\] (.*?)(?: - (?:open|skipped|not needed): .*| \(\d{4}-.* UTC\))?$/.exec(line) ?? [];
      return mark === undefined ? [] : [[words, mark === 'x'] as const];
    }),
  );
}
const open = (told: Story, kind: ChecklistKind, preset: PresetName) =>
  [...boxes(told, kind, preset)].filter(([, ticked]) => !ticked).map(([words]) => words);

/** The way to a deploy and from there to the close, with every fact that a checklist asks for. */
const ready = () =>
  story('P1')
    .add('fact_recorded', { data: { name: 'started', value: 'x' } })
    .add('fact_recorded', { data: { name: 'detected', value: 'x' } })
    .add('fact_recorded', { data: { name: 'users', value: '40%' } })
    .add('fact_recorded', { data: { name: 'data', value: 'none' } })
    .add('fact_recorded', { data: { name: 'last_known_good', value: 'v1.0.0' } })
    .add('linked', { data: { type: 'dashboard' } })
    .add('mitigation_applied')
    .add('cause_identified', { evidence: ['commit:1a2b3c4d'] })
    .add('rollback_planned')
    .add('fix_committed')
    .add('checks_run')
    .add('deployed', { data: { environment: 'staging' } })
    .add('deploy_verified', { data: { environment: 'staging' }, evidence: ['output: ok'] })
    .add('approval_given');
const finished = () =>
  ready()
    .add('deployed')
    .add('deploy_verified', { evidence: ['metric: 5xx 0.1 %'] })
    .add('resolved', { evidence: ['metric: 5xx 0.1 %'] })
    .add('update_posted', { data: { audience: 'public' } })
    .add('regression_proven')
    .add('fact_recorded', { data: { name: 'full_suite', value: 'passed' } })
    .add('action_added', { data: { owner: 'Ana', due: '2026-03-20' } })
    .add('postmortem_written', { data: { narrative: { lessons: ['one'] } } })
    .add('linked', { data: { type: 'meeting' } })
    .add('linked', { data: { type: 'runbook' } })
    .add('stability_confirmed', { minute: 3000, evidence: ['metric: 5xx 0.1 %'] })
    .add('closed');

/** What only a person can judge, or what the story has no need of. */
const JUDGED = ['Smallest possible change', 'No refactoring', 'No unrelated changes'];
const NO_DEBT = ['Every debt paid'];
const LATER = ['The fix itself tested: fails without it, passes with it'];

describe.each(PRESETS)('the checklists of %s', (preset) => {
  it.each(KINDS)('%s: nothing is ticked for an incident that was only opened', (kind) => {
    const told = story();
    const ticked = [...boxes(told, kind, preset, { row: ROW, secretsFound: ['github-token'] })].filter(
      ([, is]) => is,
    );
    expect(ticked).toEqual([]);
    expect(boxes(told, kind, preset).size).toBeGreaterThan(3);
  });

  it('pre_deploy: all is ticked when all is recorded, but what a person judges', () => {
    expect(
      open(ready(), 'pre_deploy', preset).filter((words) => ![...JUDGED, ...LATER].includes(words)),
    ).toEqual([]);
  });

  it('completion: all is ticked after the close', () => {
    expect(open(finished(), 'completion', preset).filter((words) => !NO_DEBT.includes(words))).toEqual([]);
  });

  it.each(KINDS)('%s: a tick by hand ticks nothing', (kind) => {
    const told = story();
    for (let i = 1; i <= 28; i++) told.add('task_done', { data: { task: `T${String(i).padStart(3, '0')}` } });
    expect([...boxes(told, kind, preset, { row: ROW, secretsFound: ['x'] }).values()]).not.toContain(true);
  });

  it.each([
    ['sample', sampleEvents],
    ['minimal', openedOnly],
    ['hostile', hostileEvents],
  ] as const)('read as they did for the %s incident', async (name, events) => {
    const { incident, view } = sampleOf(events());
    const texts = KINDS.map((kind) =>
      renderChecklist(incident, { row: view.row, secretsFound: [] }, kind, preset),
    );
    await expect(`${texts.join('\n\n')}\n`).toMatchFileSnapshot(
      `./__golden__/checklists/${name}.${preset}.md`,
    );
  });
});

describe('one fact, one line', () => {
  /** The story without one kind of event leaves exactly these boxes open. */
  const MISSING: [PresetName, ChecklistKind, Kind, string[]][] = [
    ['pokayokay', 'pre_deploy', 'cause_identified', ['Root cause identified']],
    ['pokayokay', 'pre_deploy', 'checks_run', ['Fix tested locally']],
    ['pokayokay', 'pre_deploy', 'rollback_planned', ['Rollback plan ready']],
    ['pokayokay', 'pre_deploy', 'linked', ['Monitoring in place']],
    ['pulse', 'completion', 'closed', ['Pulse meter shows 🟢🟢🟢🟢🟢✅']],
    [
      'hatch3r',
      'completion',
      'action_added',
      [
        'Post-mortem written with timeline, root cause and actions',
        'Follow-ups created for permanent fixes and prevention',
      ],
    ],
    ['hatch3r', 'completion', 'update_posted', ['Stakeholders notified (if P0 or P1)']],
    ['spec-kit', 'completion', 'rollback_planned', ['MUST: rollback plan before the deployment']],
    [
      'spec-kit',
      'completion',
      'stability_confirmed',
      ['Fix deployed and stable (48+ hours)', 'No recurrence observed'],
    ],
  ];
  it.each(MISSING)('%s, %s without %s', (preset, kind, without, lines) => {
    const told = kind === 'pre_deploy' ? ready() : finished();
    const kept = told.events.filter((event) => event.kind !== without);
    told.events.splice(0, told.events.length, ...kept);
    expect(open(told, kind, preset)).toEqual(lines);
  });

  it('the order of plan, deploy, verification and test decides the gates of seed 004', () => {
    const told = story('P1')
      .add('fix_committed')
      .add('deployed')
      .add('rollback_planned')
      .add('regression_proven');
    told.add('deploy_verified', { evidence: ['metric: 1'] });
    const gates = open(told, 'completion', 'spec-kit').filter((words) => words.startsWith('MUST'));
    expect(gates).toEqual([
      'MUST: rollback plan before the deployment',
      'MUST: fix deployed and verified before tests are written',
      'MUST: post-mortem within 48 hours',
    ]);
  });

  it('a postmortem after more than 48 hours is late', () => {
    const told = story('P1')
      .add('resolved')
      .add('postmortem_written', { minute: 49 * 60 + 10 });
    expect(open(told, 'completion', 'spec-kit')).toContain('MUST: post-mortem within 48 hours');
    expect(open(told, 'completion', 'spec-kit')).not.toContain('Post-mortem complete');
  });

  it('what is not needed or was skipped says why', () => {
    const rolledBack = story('P2')
      .add('mitigation_applied', { data: { type: 'rollback' } })
      .add('resolved');
    const row = rowOf(matrixOf('default'), 'P2');
    const text = renderChecklist(rolledBack.fold(), { row }, 'completion', 'default');
    expect(text).toContain('- [ ] Regression test proven - not needed: no code was changed');
    expect(text).toContain('- [ ] Stakeholders told that it is over - not needed: asked for P0 and P1 only');
    expect(text).toContain('- [ ] No secret in what is published - open: ');
    const skipped = story('P1').add('task_skipped', { data: { task: 'T011', reason: 'no staging [x](y)' } });
    expect(renderChecklist(skipped.fold(), facts, 'pre_deploy', 'pokayokay')).toContain(
      '- skipped: no staging \\[x\\](y)',
    );
  });
});

describe('the completion block', () => {
  it('has the parts of seed 003, from the record', () => {
    const { incident, view } = sampleOf(sampleEvents());
    expect(renderCompletion(incident, view.row)).toBe(`## Hotfix Complete

**Incident**: hotfix-001 Users can't login - 500 error
**Severity**: P1
**Duration**: 1 hour 13 minutes
**Status**: Resolved, closed

### Timeline
- 2026-11-20 13:58 UTC: Detected
- 2026-11-20 14:18 UTC: Mitigated
- 2026-11-20 14:50 UTC: Fixed

### Fix
- Fixed: Read the token after login (commit 9f8e7d6c)
- Mitigated: Turned new-login off (feature flag)
- Deployed: v1.4.1 (commit 9f8e7d6c)

### Postmortem
specs/hotfix-001-users-cant-login/post-mortem.md`);
  });

  it('says what is not known and what is not done', () => {
    const { incident, view } = sampleOf(openedOnly());
    const text = renderCompletion(incident, view.row);
    expect(text).toMatch(/^## Hotfix Not Complete\n/);
    expect(text).toContain('**Duration**: UNKNOWN\n**Status**: Investigating');
    expect(text.match(/- UNKNOWN: (?:Detected|Mitigated|Fixed)/g)).toHaveLength(3);
    expect(text).toMatch(/- Fixed: UNKNOWN\n- Mitigated: UNKNOWN\n- Deployed: UNKNOWN\n/);
    expect(text).toMatch(/### Postmortem\nPending$/);
  });

  it('says when the postmortem is due, and that no code was changed', () => {
    const told = story('P1').add('rolled_back').add('resolved');
    const text = renderCompletion(told.fold(), ROW);
    expect(text).toContain('Pending (due 2026-03-03 12:02 UTC)');
    expect(text).toContain('- UNKNOWN: Fixed (no hotfix was needed)');
    expect(text).toContain('- Fixed: no code was changed\n- Mitigated: rolled_back happened (rollback)');
  });

  it('lets hostile text change no line', () => {
    const tame = sampleOf(sampleEvents());
    const hostile = sampleOf(hostileEvents());
    const shape = (text: string) =>
      text.split('\n').map((line) => /^(?:#+ .*|\*\*\w+\*\*|- \w+)?/.exec(line)?.[0]);
    expect(shape(renderCompletion(hostile.incident, hostile.view.row))).toEqual(
      shape(renderCompletion(tame.incident, tame.view.row)),
    );
    expect(renderCompletion(hostile.incident, hostile.view.row)).not.toMatch(/<[a-z!/]|@\w|(?<!\\)\]\(/i);
  });
});
