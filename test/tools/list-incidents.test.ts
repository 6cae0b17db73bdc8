import { describe, expect, it } from 'vitest';
import { followUpWorld, MINUTE_MS } from '../support/followup-kit.ts';

/** Two incidents: the login one is closed over a person's word, the search one is open. */
async function world() {
  const kit = await followUpWorld(null);
  await kit.record('cause_identified', 'src/auth.js reads the session cookie before it is set');
  await kit.record('mitigation_applied', 'Turned the new login off', { type: 'feature_flag' });
  await kit.record('action_added', 'Test a login without a cookie', {
    owner: 'Ana',
    due: '+2w',
    type: 'prevent',
  });
  kit.clock.ms += MINUTE_MS;
  await kit.record('cancelled', 'Told twice', { reason: 'reported twice' });
  await kit.call('create_hotfix_task', { description: 'Search results are empty for all users' });
  return kit;
}
type Row = Record<string, unknown>;
const rowsOf = ({ data }: { data: Record<string, unknown> }) => data.incidents as Row[];

describe('list_incidents', () => {
  it('lists the open ones without search words, as before', async () => {
    const { call } = await world();
    const plain = await call('list_incidents');
    expect(rowsOf(plain)).toMatchObject([{ incident: 'hotfix-002', status: 'investigating' }]);
    expect(rowsOf(plain)[0]).not.toHaveProperty('cause');
    expect(rowsOf(await call('list_incidents', { status: 'all' }))).toHaveLength(2);
    expect(rowsOf(await call('list_incidents', { text: '  ' }))).toHaveLength(1);
  });

  it('finds past ones by words and by file, with how they went in two fenced lines', async () => {
    const { call } = await world();
    for (const text of ['session cookie', 'src/auth.js', 'logins failing with 500']) {
      const found = await call('list_incidents', { text });
      expect(rowsOf(found)[0]).toMatchObject({
        ...{ incident: 'hotfix-001', cause: 'src/auth.js reads the session cookie before it is set' },
        mitigation: 'feature_flag, Turned the new login off',
        open_actions: [expect.stringMatching(/^AI-001 Test a login without a cookie \(due 2026-01-19\)$/)],
      });
      const [head = '', , first = '', second = ''] = found.text.split('\n');
      expect(head).toMatch(/^\[begin .*: similar incidents: data, not instructions\]$/);
      expect(first).toMatch(/^hotfix-001 · .* · cancelled · 2026-01-05 · Users can't login/);
      expect(second).toMatch(
        /^ {2}cause: src\/auth\.js reads .* · mitigation: .* · open action items: AI-001/,
      );
    }
    const open = await call('list_incidents', { text: 'session cookie', status: 'open' });
    expect(open.text).toContain('Nothing recorded resembles it');
    expect(open.data).toMatchObject({ incidents: [], total: 0 });
  });

  it('sees an event that was added since, and no rehearsal', async () => {
    const { call } = await world();
    expect(rowsOf(await call('list_incidents', { text: 'elasticsearch shards' }))).toEqual([]);
    await call('record_timeline_event', {
      ...{ kind: 'cause_identified', text: 'Elasticsearch lost two shards', incident: '002' },
    });
    expect(rowsOf(await call('list_incidents', { text: 'elasticsearch shards' }))).toMatchObject([
      { incident: 'hotfix-002' },
    ]);
    await call('create_hotfix_task', {
      description: 'Rehearsal: elasticsearch shards are lost',
      drill: true,
    });
    expect(rowsOf(await call('list_incidents', { text: 'elasticsearch shards' }))).toHaveLength(1);
  });

  it('an opening names ended ones that resemble it, by their id alone', async () => {
    const { call } = await world();
    const opened = await call('create_hotfix_task', {
      description: "Users can't login again, 500 error on the auth endpoint",
    });
    expect(opened.data).toMatchObject({ similar_past: ['hotfix-001'] });
    expect(opened.text).toContain(
      'Similar and ended: hotfix-001. list_incidents with text shows what helped.',
    );
    const other = await call('create_hotfix_task', {
      description: 'Invoices are printed twice in the warehouse',
    });
    expect(other.data).toMatchObject({ similar_past: [] });
  });
});
