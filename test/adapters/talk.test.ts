import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { type TalkRequest, talkTo } from '../../src/adapters/talk.ts';
import { isAlive } from '../support/alive.ts';
import { tempFolder } from '../support/repo.ts';

const talk = (script: string, change: Partial<TalkRequest> = {}) =>
  talkTo({
    ...{ command: [process.execPath, '-e', script], cwd: '/', env: { PATH: process.env.PATH } },
    ...{ timeoutMs: 10_000, first: 'one', onLine: () => 'done' },
    ...change,
  });

/** Answers every line with the same line. */
const ECHO = "process.stdin.on('data', (text) => process.stdout.write(text))";

async function isGone(pid: number): Promise<boolean> {
  for (let left = 250; left > 0 && isAlive(pid); left--) await sleep(20);
  return !isAlive(pid);
}

describe('talkTo', () => {
  it('sends what the answers ask for, until they say that it is over', async () => {
    const heard: string[] = [];
    const result = await talk(ECHO, {
      onLine(line) {
        heard.push(line);
        return line === 'three' ? 'done' : [heard.length === 1 ? 'two' : 'three'];
      },
    });
    expect(heard).toEqual(['one', 'two', 'three']);
    expect(result).toMatchObject({ ended: 'done', code: null });
    expect(result.ms).toBeGreaterThan(0);
  });

  it('puts a line together that comes in pieces', async () => {
    const heard: string[] = [];
    await talk("process.stdout.write('ab'); setTimeout(() => process.stdout.write('c\\n'), 50)", {
      onLine: (line) => {
        heard.push(line);
        return 'done';
      },
    });
    expect(heard).toEqual(['abc']);
  });

  it.each([
    ['ends at once', 'process.exit(3)', { ended: 'exited', code: 3 }],
    ['is killed', "process.kill(process.pid, 'SIGKILL')", { ended: 'killed', code: null }],
    ['says something else', "console.log('hello')", { ended: 'garbled', code: null }],
  ])('a program that %s', async (_, script, expected) => {
    expect(await talk(script, { onLine: () => 'garbled' })).toMatchObject(expected);
  });

  it('tells a program that is not there, and words that start nothing', async () => {
    expect((await talk('', { command: ['no-such-program-here'] })).ended).toBe('no_program');
    expect((await talk('', { command: ['a\0b'] })).ended).toBe('could_not_start');
    expect((await talk('', { command: ['/'] })).ended).toBe('could_not_start');
  });

  it('keeps the end of what it writes to standard error', async () => {
    const { tail } = await talk("process.stderr.write('x'.repeat(9000) + 'the reason'); process.exit(1)");
    expect(tail).toMatch(/x the reason$|xthe reason$/);
    expect(tail.length).toBeLessThan(3_000);
  });

  it('ends the whole group of a program that does not answer', async () => {
    const file = join(tempFolder(), 'pid');
    const child = 'setInterval(() => {}, 1000)';
    const script = `
      process.on('SIGTERM', () => {});
      const child = require('node:child_process').spawn(process.execPath, ['-e', ${JSON.stringify(child)}]);
      require('node:fs').writeFileSync(${JSON.stringify(file)}, String(child.pid));
      setInterval(() => {}, 1000);`;
    const started = Date.now();
    expect((await talk(script, { timeoutMs: 700 })).ended).toBe('time_limit');
    expect(Date.now() - started).toBeLessThan(3_000);
    expect(existsSync(file)).toBe(true);
    expect(await isGone(Number(readFileSync(file, 'utf8')))).toBe(true);
  });

  it('stops when it is told to', async () => {
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 100);
    const { signal } = controller;
    expect((await talk('setInterval(() => {}, 1000)', { signal })).ended).toBe('stopped');
    expect((await talk(ECHO, { signal })).ended).toBe('stopped');
  });

  it('gives exactly the environment that it was told, and no shell', async () => {
    const heard: string[] = [];
    process.env.DOCTOR_LEAK = '1';
    const env = { PATH: process.env.PATH, CI: undefined, ONLY: '$(id)' };
    const script = 'console.log(JSON.stringify([process.env.DOCTOR_LEAK, process.env.CI, process.env.ONLY]))';
    await talk(script, {
      env,
      onLine: (line) => {
        heard.push(line);
        return 'done';
      },
    });
    delete process.env.DOCTOR_LEAK;
    expect(heard).toEqual(['[null,null,"$(id)"]']);
  });
});
