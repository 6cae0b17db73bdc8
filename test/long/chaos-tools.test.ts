import { rmSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, expect, it } from 'vitest';
import { TOOLS } from '../../src/tools/index.ts';
import { brokenFiles, look, lostSince, newSince, outside, userPrint } from '../support/crash-judge.ts';
import { sum, withGitHub } from '../support/crash-kit.ts';
import { type CrashCase, crashCases, placeOf } from '../support/crash-worlds.ts';
import { pick, type Random, seeded } from '../support/hub-chaos-client.ts';
import { type Place, startServer } from '../support/raw-server.ts';
import { describeIf } from '../support/requires.ts';

/**
 * Every tool that changes something, called and called again until it is acknowledged, while its server is killed and
 * paused at random and three other servers write to the same incident and are killed and paused, too: what the call
 * does is done once, and nothing that anybody was told is lost. The moments are random, their order is a seed's.
 * HOTFIX_PULSE_LONG=1 tries every tool with five seeds; without it, some with one.
 */
const long = process.env.HOTFIX_PULSE_LONG === '1';
const seeds = long ? [1, 2, 3, 4, 5] : [1];
const SAMPLE = ['update_task', 'write_postmortem', 'deploy_hotfix', 'create_followup_issues'];
const NAMES = TOOLS.filter(({ effect }) => effect !== 'read').map(({ name }) => name);

const WRITERS = 3;
const KILLS = 4;
const PAUSE_MS = 700;
/** More often than this nobody is killed in one call. */
const MOST_TRIES = 12;

/** What the call does when nothing is in its way, and how long it takes from the start of a server. */
async function usual(one: CrashCase) {
  return withGitHub(one, async (address, made) => {
    const place = placeOf(one, address);
    const before = await look(place);
    const from = performance.now();
    const server = startServer(place);
    const told = await server.call(one.tool, one.args);
    const ms = performance.now() - from;
    await server.stop();
    expect(told.state, told.text).toBe('acknowledged');
    const after = await look(place);
    const outer = { remote: after.remote, made: await made() };
    rmSync(place.folder, { recursive: true, force: true });
    return { ms, once: newSince(before, after), outer };
  });
}

/** A server is started and left to its call, then killed, paused or neither; gives what it was told. */
async function troubled(place: Place, call: [string, object], ms: number, random: Random, calm: boolean) {
  const server = startServer(place);
  const answer = server.call(...call);
  const trouble = calm ? 'none' : (pick(random, ['SIGKILL', 'SIGKILL', 'SIGSTOP'] as const) ?? 'none');
  let kills = 0;
  if (trouble !== 'none') {
    const moment = await Promise.race([answer.then(() => 'over'), sleep(random() * 1.1 * ms)]);
    if (moment !== 'over') {
      server.signal(trouble);
      kills += trouble === 'SIGKILL' ? 1 : 0;
      if (trouble === 'SIGSTOP') {
        await sleep(random() * PAUSE_MS);
        server.signal('SIGCONT');
      }
    }
  }
  const told = await answer;
  await server.stop();
  return { told, kills };
}

/** Writes lines with keys until told to stop; each of them until it is acknowledged. Gives how many there are. */
async function writer(place: Place, name: string, ms: number, random: Random, isOver: () => boolean) {
  let count = 0;
  for (; !isOver(); count++) {
    const line = {
      incident: 'hotfix-001',
      text: `line ${name} ${count}`,
      idempotency_key: `${name}-${count}`,
    };
    let state = 'gone';
    for (let tries = 0; state !== 'acknowledged'; tries++) {
      const { told } = await troubled(place, ['record_timeline_event', line], ms, random, tries >= KILLS);
      if (told.state === 'refused' || tries > MOST_TRIES) throw new Error(`${name}: ${told.text}`);
      state = told.state;
    }
  }
  return count;
}

describeIf()('every tool that changes something, under kills and pauses', () => {
  let cases: CrashCase[] = [];
  beforeAll(async () => {
    cases = await crashCases();
  });

  it.each(
    NAMES.filter((name) => long || SAMPLE.includes(name)).flatMap((name) =>
      seeds.map((seed) => [name, seed] as const),
    ),
  )(
    '%s is done once, and nothing that was told is lost (seed %i)',
    async (name, seed) => {
      const one = cases.find(({ tool }) => tool === name);
      if (!one) throw new Error(`no case for ${name}`);
      const { ms, once, outer } = await usual(one);
      const random = seeded(seed);
      await withGitHub(one, async (address, made) => {
        const place = placeOf(one, address);
        const [before, print] = [await look(place), userPrint(place)];
        const hasIncident = Object.keys(before.ids).length > 0;
        let isOver = false;
        const writers = Array.from({ length: hasIncident ? WRITERS : 0 }, (_, i) =>
          writer(place, `w${i}`, ms, seeded(seed * 100 + i), () => isOver),
        );
        let tries = 0;
        let kills = 0;
        for (let state = 'gone'; state !== 'acknowledged'; tries++) {
          const done = await troubled(place, [name, one.args], ms, random, tries >= KILLS);
          if (done.told.state === 'refused' || tries > MOST_TRIES) expect.fail(done.told.text);
          state = done.told.state;
          kills += done.kills;
        }
        isOver = true;
        const lines = (await Promise.all(writers)).reduce((a, b) => a + b, 0);
        const after = await look(place);
        const least = sum(once, { noted: lines });
        const most = one.mayRepeat
          ? sum(...Array.from({ length: tries }, () => once), { noted: lines })
          : least;
        const told = `seed ${seed}: ${tries} tries, ${kills} kills, ${lines} lines beside it`;
        expect(lostSince(before, after), told).toEqual([]);
        expect(outside(newSince(before, after), least, most), told).toEqual([]);
        expect([...after.faults, ...brokenFiles(place)], told).toEqual([]);
        expect(userPrint(place), told).toEqual(print);
        expect({ remote: after.remote, made: await made() }, told).toEqual(outer);
        rmSync(place.folder, { recursive: true, force: true });
      });
    },
    300_000,
  );
});
