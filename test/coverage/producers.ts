import { expect } from 'vitest';
import type { ClockName } from '../../src/core/clocks.ts';
import type { Kind } from '../../src/core/kinds.ts';
import { type Level, type LevelRow, rowOf } from '../../src/core/severity.ts';
import { MINUTE } from '../../src/core/time.ts';
import type { Produce } from './rows.ts';
import { type Moment, TIMES } from './story.ts';
import type { World } from './world.ts';

export type Pattern = string | RegExp | ((world: World) => string);

export function has(world: World, text: string, patterns: readonly Pattern[], where: string): void {
  for (const pattern of patterns) {
    const wanted = typeof pattern === 'function' ? pattern(world) : pattern;
    if (typeof wanted === 'string') expect(text, where).toContain(wanted);
    else expect(text, where).toMatch(wanted);
  }
}

/** All of them. */
export function all(...producers: readonly Produce[]): Produce {
  return async (world, row) => {
    for (const produce of producers) await produce(world, row);
  };
}

/** A generated document of the incident's folder shows it. */
export function shows(
  file: 'hotfix.md' | 'tasks.md' | 'post-mortem.md',
  ...patterns: readonly Pattern[]
): Produce {
  return showsAt('closed', file, ...patterns);
}

export function showsAt(moment: Moment, file: string, ...patterns: readonly Pattern[]): Produce {
  return (world) => has(world, world.moment(moment).files[file] ?? '', patterns, file);
}

/** The part of a document from a heading to the next one of its level or above shows it. */
export function under(
  file: 'hotfix.md' | 'tasks.md' | 'post-mortem.md',
  heading: string,
  ...patterns: readonly Pattern[]
): Produce {
  return (world) => {
    const text = world.moment('closed').files[file] ?? '';
    has(world, sectionOf(text, heading), patterns, `${file}, ${heading}`);
  };
}

/** From a heading (with its `#`) up to the next heading of the same or a higher level. */
export function sectionOf(text: string, heading: string): string {
  const lines = text.split('\n');
  const from = lines.indexOf(heading);
  expect(from, `heading ${heading}`).toBeGreaterThanOrEqual(0);
  const level = heading.indexOf(' ');
  const after = lines.slice(from + 1);
  const length = after.findIndex((line) => /^#+ /.test(line) && line.indexOf(' ') <= level);
  return lines.slice(from, length < 0 ? undefined : from + 1 + length).join('\n');
}

/** The postmortem in the folder, in the form of the document's preset. */
export function postmortem(...patterns: readonly Pattern[]): Produce {
  return showsAt('closed', 'post-mortem.md', ...patterns);
}

/** One part of it. */
export function postmortemPart(heading: string, ...patterns: readonly Pattern[]): Produce {
  return under('post-mortem.md', heading, ...patterns);
}

/** Something that was recorded through the operation, and stands in the timeline that people read. */
export function recorded(kind: Kind, data: Record<string, unknown> = {}, shown?: RegExp): Produce {
  return (world) => {
    const { incident, files } = world.moment('closed');
    const found = incident.recorded.filter((event) => event.kind === kind).map((event) => event.data);
    expect(found, kind).toContainEqual(expect.objectContaining(data));
    if (shown) expect(sectionOf(files['hotfix.md'] ?? '', '### Recorded events')).toMatch(shown);
  };
}

/** A named fact: recorded, kept, and asked for by name somewhere that people read. */
export function fact(name: string, value: RegExp): Produce {
  return (world) => expect(world.moment('closed').incident.facts.get(name)?.value, name).toMatch(value);
}

/** A task: printed open with what to do, and ticked by what was recorded, never by hand. */
export function task(id: string, kind: Kind | 'skipped', ...steps: readonly Pattern[]): Produce {
  return (world) => {
    const open = world.moment('opened').files['tasks.md'] ?? '';
    const [, block = ''] =
      new RegExp(`^- \\[[ x]\\] (\\*\\*${id}\\*\\* [^\\n]*(?:\\n  - [^\\n]*)*)`, 'm').exec(open) ?? [];
    expect(block, id).not.toBe('');
    has(world, block, steps, `${id} while open`);
    const { incident, view, files } = world.moment('closed');
    const state = view.tasks.find((one) => one.id === id);
    expect(files['tasks.md']).toMatch(new RegExp(`^- \\[x\\] \\*\\*${id}\\*\\* `, 'm'));
    if (kind === 'skipped') expect(state?.state).toBe('skipped');
    else {
      expect(state?.state, id).toBe('done');
      expect(incident.recorded.find((event) => event.id === state?.event)?.kind, id).toBe(kind);
    }
  };
}

/** A step of a task that `tasks.md` prints while the task is open. */
export function step(id: string, ...patterns: readonly Pattern[]): Produce {
  return (world) => {
    const open = world.moment('opened').files['tasks.md'] ?? '';
    const [, block = ''] =
      new RegExp(`^- \\[ \\] \\*\\*${id}\\*\\* ([^\\n]*(?:\\n  - [^\\n]*)*)`, 'm').exec(open) ?? [];
    has(world, block, patterns, `steps of ${id}`);
  };
}

type Anchor = 'opened' | 'detected' | 'deployed' | 'resolved';

/** A clock that runs from `from` for the minutes that the document names, and is met in the story. */
export function clock(name: ClockName, from: Anchor, moment: Moment): Produce {
  return (world, { minutes }) => {
    const [want] = minutes;
    const base = Date.parse(TIMES[from]);
    for (const at of [moment, 'closed'] as const) {
      const found = world.moment(at).view.clocks.find((one) => one.name === name);
      expect(found, `${name} at ${at}`).toBeDefined();
      if (at === moment) expect(Date.parse(found?.due ?? '') - base).toBe((want ?? Number.NaN) * MINUTE);
      else expect(found?.state, `${name} at the end`).toBe('met');
    }
  };
}

type Numbers = 'respond_within_min' | 'resolve_within_min' | 'first_update_min' | 'update_every_min';

/** The preset's row of a level, as `classify_severity` answers it for facts that give that level. */
export function level(of: Level, facts: Record<string, string>, words: readonly RegExp[] = []): Produce {
  return async (world) => {
    const answer = await world.call('classify_severity', { ...facts });
    expect(answer.data.severity, JSON.stringify(facts)).toBe(of);
    has(world, `${rowOf(world.matrix, of).word} ${rowOf(world.matrix, of).definition}`, words, `${of} words`);
  };
}

/** The clock that a level carries, as `classify_severity` answers it; the document's minutes, unless given. */
export function within(of: Level, facts: Record<string, string>, name: Numbers, given?: number): Produce {
  return async (world, { minutes }) => {
    const answer = await world.call('classify_severity', { ...facts });
    expect(answer.data.severity).toBe(of);
    expect(Object(answer.data.clock)[name]).toBe(given ?? minutes[0]);
  };
}

export function matrix(of: Level, expected: Partial<LevelRow>): Produce {
  return (world) => expect(rowOf(world.matrix, of)).toMatchObject(expected);
}

/** Something that the close gate asks for: shut without it, open with it. */
export function closeNeeds(id: string): Produce {
  return async (world) => {
    expect(world.moment('resolved').standing.data.missing_to_close, id).toContain(id);
    expect(world.moment('closed').standing.data.missing_to_close, id).not.toContain(id);
  };
}

/** A text of the pack as it ships; line breaks do not matter. */
export function skill(path: string, ...patterns: readonly Pattern[]): Produce {
  return (world) => has(world, world.text(`skills/${path}`), patterns, path);
}

/** A message that the story drafted. */
export function message(name: string, ...patterns: readonly Pattern[]): Produce {
  return (world) => has(world, world.answer(name).text, patterns, `message ${name}`);
}

/** How far the pulse meter has come at a moment, and what its last dot stands for. */
export function pulse(moment: Moment, meter: string, means: RegExp): Produce {
  return (world) => {
    const { files, standing } = world.moment(moment);
    expect(standing.data.pulse).toBe(meter);
    expect(files['hotfix.md']).toContain(`- **Pulse status**: ${meter} (`);
    expect(files['hotfix.md']).toMatch(new RegExp(`Pulse status\\*\\*: .*${means.source}`));
  };
}

/** The status that the events give at a moment. */
export function status(moment: Moment, expected: string): Produce {
  return (world) => {
    expect(world.moment(moment).standing.data.status).toBe(expected);
    expect(world.moment(moment).files['hotfix.md']).toContain(`status: "${expected}"`);
  };
}

/** A box of a checklist, in the words of the document's preset: open at one moment, ticked at another. */
export function checklist(
  print: 'checklist' | 'pre-deploy',
  openAt: Moment,
  doneAt: Moment,
  item: RegExp,
): Produce {
  return (world) => {
    const lines = (moment: Moment) =>
      (world.moment(moment).files[print] ?? '')
        .split('\n')
        .filter((line) => line.startsWith('- ') && item.test(line));
    expect(lines(openAt), `${item} at ${openAt}`).toEqual([expect.stringMatching(/^- \[ \]/)]);
    expect(lines(doneAt), `${item} at ${doneAt}`).toEqual([expect.stringMatching(/^- \[x\]/)]);
  };
}

/** The block that is said when it is over. */
export function completion(...patterns: readonly Pattern[]): Produce {
  return (world) => has(world, world.moment('closed').files.completion ?? '', patterns, 'completion');
}

/** What the answer at a moment names as the next step. */
export function next(moment: Moment, pattern: RegExp): Produce {
  return (world) => expect(world.moment(moment).standing.data.next).toMatch(pattern);
}

/** A slash command as it ships, with the words that a person types. */
export function command(file: string, ...patterns: readonly Pattern[]): Produce {
  return (world) => has(world, world.text(`commands/${file}`), patterns, file);
}

/** A phase of `tasks.md` with its first and last task below it. */
export function phase(title: string, first: string, last: string): Produce {
  return (world) => {
    const part = sectionOf(world.moment('closed').files['tasks.md'] ?? '', `## Phase ${title}`);
    const ids = [...part.matchAll(/^- \[x\] \*\*(T\d{3})\*\*/gm)].map(([, id]) => id);
    expect([ids.at(0), ids.at(-1)]).toEqual([first, last]);
  };
}

/** A box that is ticked at a moment. */
export function tickedAt(print: 'checklist' | 'pre-deploy', moment: Moment, item: RegExp): Produce {
  return (world) => {
    const boxes = (world.moment(moment).files[print] ?? '').split('\n').filter((line) => item.test(line));
    expect(boxes).toEqual([expect.stringMatching(/^- \[x\]/)]);
  };
}

/** Something that the close gate does not ask for under this preset. */
export function notNeeded(id: string): Produce {
  return (world) => expect(world.moment('resolved').standing.data.missing_to_close).not.toContain(id);
}

/** The levels of the preset, most severe first. */
export function levels(...expected: readonly Level[]): Produce {
  return (world) => expect(world.matrix.levels.map((row) => row.level)).toEqual(expected);
}

/** A line that a checklist of the preset prints, ticked or not: what only a person can judge. */
export function printed(print: 'checklist' | 'pre-deploy', line: Pattern): Produce {
  return (world) => has(world, world.moment('ready').files[print] ?? '', [line], print);
}
