import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { countTokens } from 'gpt-tokenizer/encoding/o200k_base';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { toolDefinitions } from '../../src/mcp/definitions.ts';
import { tempRepo } from '../support/repo.ts';
import { bundleSteered, startSteered } from '../support/steered-server.ts';

/** What agents pay in every session and every call, in o200k tokens. */
const folder = realpathSync(mkdtempSync(join(tmpdir(), 'hotfix-pulse-budget-')));
let bundle = '';
beforeAll(async () => {
  bundle = await bundleSteered(folder);
}, 60_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const FIRST_RELEASE = [
  'classify_severity',
  'close_incident',
  'create_hotfix_task',
  'get_incident',
  'list_incidents',
  'record_timeline_event',
  'review_incidents',
  'update_task',
  'write_postmortem',
];

describe('token budgets', () => {
  const shown = toolDefinitions().map(({ outputSchema: _output, ...rest }) => rest);

  it('definitions of the first release, without output schemas, stay under 1,500', () => {
    const first = shown.filter(({ name }) => FIRST_RELEASE.includes(name));
    expect(first).toHaveLength(FIRST_RELEASE.length);
    expect(countTokens(JSON.stringify(first))).toBeLessThan(1_500);
  });

  it('all definitions together stay under 3,000, and a small tool is small', () => {
    expect(countTokens(JSON.stringify(shown))).toBeLessThan(3_000);
    const draft = shown.filter(({ name }) => name === 'draft_update');
    expect(countTokens(JSON.stringify(draft))).toBeLessThan(150);
  });

  it('get_incident stays under 600, a handoff under 1,500, as text and as structured content', async () => {
    const repo = tempRepo();
    const server = await startSteered(bundle, repo.root, join(folder, 'clock'));
    server.at('2026-01-05T14:00:00Z');
    await server.call('create_hotfix_task', {
      description: 'Checkout answers 502 for most customers since the last release',
      facts: [
        'service: degraded',
        'flow: checkout',
        'users: most',
        'data: none',
        'security: no',
        'spreading: no',
      ],
      started_at: '-20m',
    });
    const say = (kind: string, text: string, more = {}) =>
      server.call('record_timeline_event', { kind, text, ...more });
    for (let i = 1; i <= 12; i++) {
      server.at(`2026-01-05T14:${String(i + 10)}:00Z`);
      await say(
        'noted',
        `Observation number ${i}: the error rate of the checkout service was at ${i} per cent in the eu-west region`,
      );
    }
    await say('role_assigned', 'Ana took command', { role: 'incident_commander', person: 'Ana' });
    await say(
      'hypothesis_stated',
      'The connection pool of the payment client is too small for the new retry policy',
    );
    await say('mitigation_applied', 'Scaled the checkout service from 4 to 12 instances', {
      type: 'scale_up',
    });
    await say('action_added', 'Alert on pool exhaustion before requests fail', {
      owner: 'Ben',
      due: '+1w',
      type: 'detect',
    });
    server.at('2026-01-05T15:00:00Z');
    const plain = await server.call('get_incident');
    const handoff = await server.call('get_incident', { handoff: true });
    await server.client.close();
    expect(countTokens(plain.text)).toBeLessThan(600);
    expect(countTokens(JSON.stringify(plain.data))).toBeLessThan(600);
    expect(countTokens(handoff.text)).toBeLessThan(1_500);
    expect(countTokens(JSON.stringify(handoff.data))).toBeLessThan(1_500);
    for (const known of ['Scaled the checkout', 'incident_commander: Ana', 'connection pool', 'AI-001']) {
      expect(handoff.text).toContain(known);
      expect(String(handoff.data.handoff)).toContain(known);
    }
  });
});
