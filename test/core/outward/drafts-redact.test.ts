import { describe, expect, it } from 'vitest';
import { clickUpDraft } from '../../../src/core/outward/clickup-draft.ts';
import { incidentIssue } from '../../../src/core/outward/github-issue.ts';
import { jiraDraft } from '../../../src/core/outward/jira-draft.ts';
import type { SurfaceView } from '../../../src/core/outward/sending.ts';
import { slackDraft } from '../../../src/core/outward/slack-blocks.ts';
import { loadUid } from '../../../src/tools/support/load.ts';
import { surfaceView } from '../../../src/tools/support/surfaces.ts';
import { outwardWorld } from '../../support/outward-kit.ts';

/** Nobody knew that it was a secret when it was recorded: the log has it. */
const LATE = 'correcthorsebattery';

/** An incident that says it wherever somebody can say something. */
async function talkative(): Promise<SurfaceView> {
  const { record, call, incident, deps } = await outwardWorld([], { settings: {} });
  const texts: [string, Record<string, unknown>][] = [
    ['acknowledged', { person: LATE }],
    ['noted', { evidence: [`output: ${LATE}`] }],
    ['role_assigned', { role: 'incident_commander', person: LATE }],
    ['role_assigned', { role: 'scribe', person: `@${LATE}` }],
    ['fact_recorded', { type: 'affected_systems' }],
    ['hypothesis_stated', {}],
    ['mitigation_applied', { type: 'feature_flag' }],
    ['cause_identified', {}],
    ['action_added', { owner: LATE, due: '+2w', type: 'prevent' }],
    ['linked', { type: 'dashboard', evidence: [`https://grafana.example/${LATE}`] }],
    ['linked', { type: 'other', evidence: [`https://acme.pagerduty.com/incidents/${LATE}`] }],
    ['deploy_verified', { evidence: [`metric: ${LATE}`] }],
    ['update_posted', { type: 'internal' }],
  ];
  for (const [kind, more] of texts) await record(kind, `It says ${LATE}`, more);
  await call('draft_update', { system: LATE, impact: LATE });
  await call('update_task', { task: 'T003', state: 'skipped', reason: LATE });
  const loaded = await loadUid((await incident()).uid, deps);
  const view = surfaceView({ ...loaded, incident: { ...loaded.incident, title: `Broken: ${LATE}` } }, deps);
  expect(JSON.stringify(loaded.incident.recorded)).toContain(LATE);
  return { ...view, redact: (text) => text.replaceAll(LATE, '[REDACTED]') };
}

describe('what becomes a secret after it was recorded', () => {
  it.each<[string, (view: SurfaceView) => unknown]>([
    ['GitHub', (view) => incidentIssue(view, [])],
    ['Slack', (view) => slackDraft(view, { reaction: 'pushpin' })],
    ['ClickUp', (view) => clickUpDraft(view)],
    ['Jira', (view) => jiraDraft(view, {})],
  ])('is not shown in %s', async (_, draft) => {
    const shown = JSON.stringify(draft(await talkative()));
    expect(shown).toContain('REDACTED');
    expect(shown).not.toContain(LATE);
  });
});
