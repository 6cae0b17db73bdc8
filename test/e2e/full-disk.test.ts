import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { expect, it } from 'vitest';
import { tempFolder, tempRepo } from '../support/repo.ts';
import { describeIf } from '../support/requires.ts';

const bin = join(import.meta.dirname, '../../dist/hotfix-pulse.js');

async function connect(command: string, args: string[], env: Record<string, string> = {}): Promise<Client> {
  const client = new Client({ name: 'test-agent', version: '1' });
  const base = { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '' };
  await client.connect(
    new StdioClientTransport({ command, args, env: { ...base, ...env }, stderr: 'ignore' }),
  );
  return client;
}

const textOf = (result: unknown) => String(Object(result).content?.[0]?.text);

describeIf('prlimit')('a disk that takes no more', () => {
  it('refuses with the words to keep by hand, loses nothing acknowledged, and serves on', async () => {
    const repo = tempRepo();
    // No file may grow beyond 24 kB: the log fills up after a handful of events.
    const client = await connect('prlimit', [
      '--fsize=24000',
      process.execPath,
      bin,
      'mcp',
      '--repo',
      repo.root,
    ]);
    const call = (name: string, args: Record<string, unknown>) => client.callTool({ name, arguments: args });
    expect((await call('create_hotfix_task', { description: 'Login is broken' })).isError).toBeFalsy();
    const acknowledged: string[] = [];
    let refusal = '';
    for (let i = 0; i < 60 && refusal === ''; i++) {
      const text = `event number ${i} ${'x'.repeat(500)}`;
      const result = await call('record_timeline_event', { text });
      if (result.isError) refusal = textOf(result);
      else acknowledged.push(`event number ${i} `);
    }
    expect(refusal).toMatch(/^upstream: /);
    expect(refusal).toMatch(/by hand/);
    expect(acknowledged.length).toBeGreaterThan(5);
    const listed = textOf(await call('get_incident', { after: '0' }));
    for (const text of acknowledged) expect(listed).toContain(text);
    await client.close();
  }, 60_000);
});

describeIf()('a log folder that cannot be written', () => {
  it('keeps the record in the state folder, says so, and reads it back', async () => {
    const repo = tempRepo();
    const state = tempFolder();
    // A file in the place of the folder: not even root can write into it.
    mkdirSync(join(repo.root, '.git'), { recursive: true });
    writeFileSync(join(repo.root, '.git', 'hotfix-pulse'), 'in the way');
    const env = { XDG_STATE_HOME: state };
    const client = await connect(process.execPath, [bin, 'mcp', '--repo', repo.root], env);
    const opened = await client.callTool({
      name: 'create_hotfix_task',
      arguments: { description: 'Login is broken' },
    });
    expect(opened.isError, textOf(opened)).toBeFalsy();
    expect(textOf(opened)).toContain(state);
    await client.close();
    const later = await connect(process.execPath, [bin, 'mcp', '--repo', repo.root], env);
    expect(textOf(await later.callTool({ name: 'get_incident', arguments: {} }))).toContain(
      'Login is broken',
    );
    await later.close();
  });
});
