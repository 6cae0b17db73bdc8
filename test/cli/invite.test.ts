import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { realCli } from '../support/real-cli.ts';
import { tempRepo } from '../support/repo.ts';

const FOLDER = 'specs/hotfix-001-users-cant-login';

/** An incident resolved on the 5th of January at 14:00. */
async function resolved() {
  const repo = tempRepo({ commits: 1 });
  const cli = realCli(repo.root, '2026-01-05T13:00:00Z');
  await cli.json('open', "Users can't login", '--severity', 'P1');
  await cli.json(
    'record',
    'Ana took command',
    '--kind',
    'role_assigned',
    '--role',
    'incident_commander',
    '--person',
    'Ana',
  );
  await cli.json('record', 'Put v1 back', '--kind', 'mitigation_applied', '--type', 'rollback');
  cli.at('2026-01-05T14:00:00Z');
  await cli.json('record', 'over', '--kind', 'resolved', '--evidence', 'metric: 5xx 0 %');
  const ics = join(repo.root, FOLDER, 'postmortem.ics');
  return { repo, cli, ics };
}
const AT = ['--at', '2026-01-06T10:00:00+01:00'];

describe('hotfix-pulse invite', () => {
  it('chooses no time: it says until when, and writes nothing', async () => {
    const { cli, ics } = await resolved();
    const { code, out } = await cli.run('invite');
    expect([code, out]).toEqual([
      0,
      expect.stringContaining('within 48 hours of the resolution: until 2026-01-07 14:00 UTC'),
    ]);
    expect(existsSync(ics)).toBe(false);
    expect((await cli.json('timeline')).events).not.toContainEqual(
      expect.objectContaining({ kind: 'linked' }),
    );
  });

  it('writes the calendar file, records the meeting, ticks T021 and prints the invitation', async () => {
    const { cli, ics } = await resolved();
    const { code, out, err } = await cli.run('invite', ...AT, '--where', 'https://meet.example/1');
    expect(code, err).toBe(0);
    for (const line of [
      "Postmortem: Users can't login (hotfix-001, P1)",
      'When: 2026-01-06 09:00 to 10:00 UTC',
      'Where: https://meet.example/1',
      'Had a role: Ana (incident commander)',
      `- Timeline: read ${FOLDER}/hotfix.md`,
      '- Data: ',
    ])
      expect(out).toContain(line);
    expect(err).not.toContain('Later than');
    const text = readFileSync(ics, 'utf8');
    expect(text).toContain('\r\nDTSTART:20260106T090000Z\r\n');
    expect(text).toContain('\r\nSEQUENCE:0\r\n');
    expect((await cli.json('timeline')).events).toContainEqual(
      expect.objectContaining({
        kind: 'linked',
        data: { type: 'meeting', url: 'https://meet.example/1' },
        evidence: ['https://meet.example/1'],
      }),
    );
    expect((await cli.json('show')).open_tasks).not.toContain('T021');
    await cli.json('invite', '--at', '2026-01-06T12:00:00Z');
    expect(readFileSync(ics, 'utf8')).toContain('\r\nSEQUENCE:1\r\n');
  });

  it('keeps addresses out of the folder and the record, and in what is printed', async () => {
    const { cli, ics } = await resolved();
    const { out } = await cli.run('invite', ...AT, '--attendee', 'ana@example.com', '--ics');
    expect(out).toMatch(/^BEGIN:VCALENDAR\r\n[\s\S]*mailto:ana@example\.com\r\n[\s\S]*END:VCALENDAR\r\n$/);
    expect(readFileSync(ics, 'utf8')).not.toContain('ana@');
    expect(JSON.stringify((await cli.json('timeline')).events)).not.toContain('ana@');
    // What would be published holds nothing that the scan would stop.
    expect((await cli.run('publish')).code).toBe(0);
  });

  it('warns when it is later than 48 hours', async () => {
    const { cli } = await resolved();
    expect((await cli.json('invite', '--at', '2026-01-07T13:59:00Z')).late).toBe(false);
    const late = await cli.json('invite', '--at', '2026-01-07T14:01:00Z');
    expect(late).toMatchObject({ late: true, until: '2026-01-07T14:00:00.000Z', written: true });
    expect(String(late.warnings)).toContain('Later than it should be');
  });

  it.each([
    ['no offset', ['--at', '2026-01-06T10:00:00']],
    ['words', ['--at', 'tomorrow']],
    ['a time that is over', ['--at', '2026-01-05T13:59:00Z']],
    ['no mail address', [...AT, '--attendee', 'ana\r\nX:1@example.com']],
    ['no length', [...AT, '--minutes', '0']],
  ])('refuses %s', async (_name, args) => {
    const { cli, ics } = await resolved();
    expect((await cli.run('invite', ...args)).code).toBe(2);
    expect(existsSync(ics)).toBe(false);
  });

  it('is emptied by a purge of what it quotes', async () => {
    const { cli, ics } = await resolved();
    await cli.json('invite', ...AT);
    expect(readFileSync(ics, 'utf8')).toContain("Users can't login");
    const events = (await cli.json('timeline')).events as { id: string; kind: string }[];
    const opened = events.find(({ kind }) => kind === 'opened')?.id ?? '';
    const purged = await cli.json('purge', opened, '--reason', 'a name in the title', '--yes');
    expect(String(purged.warnings)).toContain('postmortem.ics was emptied');
    expect(readFileSync(ics, 'utf8')).toBe('');
  });
});
