import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import matter from 'gray-matter';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import * as z from 'zod/v4';
import { KIND_NAMES, kindSpec, RECORDABLE_KINDS } from '../src/core/kinds.ts';
import { matrixOf } from '../src/core/severity.ts';
import { SeverityFacts } from '../src/core/severity-facts.ts';
import { PHASES, TASKS } from '../src/core/tasks.ts';

const run = promisify(execFile);
const root = fileURLToPath(new URL('..', import.meta.url));
const read = (path: string) => readFileSync(join(root, path), 'utf8');
const SKILLS = ['hotfix', 'incident', 'incident-review', 'postmortem'];
const skillFiles = SKILLS.map((name) => `skills/${name}/SKILL.md`);
const commandFiles = SKILLS.map((name) => `commands/${name}.md`);
const referenceFiles = readdirSync(join(root, 'skills/hotfix/references'))
  .filter((name) => name.endsWith('.md'))
  .map((name) => `skills/hotfix/references/${name}`);
const allFiles = [...skillFiles, ...referenceFiles, ...commandFiles];

/** Options keep gray-matter's shared cache out of it; no engine but YAML may run. */
const noCode = (): never => {
  throw new Error('only YAML front matter');
};
const frontMatter = (path: string) => matter(read(path), { engines: { javascript: noCode } });

const CALL = /^Call `([a-z_]+)`:\n```json\n([\s\S]*?)\n```$/gm;
interface Call {
  tool: string;
  args: Record<string, unknown>;
}
const callsIn = (path: string): Call[] =>
  [...read(path).matchAll(CALL)].map(([, tool = '', json = '']) => ({ tool, args: JSON.parse(json) }));

/** Loaded on demand, so that a broken tool fails the tests that need it and no other. */
async function toolsByName(): Promise<Map<string, { input: z.ZodObject }>> {
  const { TOOLS } = await import('../src/tools/index.ts');
  return new Map(TOOLS.map((tool) => [tool.name, tool]));
}

describe('front matter of the skills', () => {
  it('covers every skill folder', () => {
    expect(readdirSync(join(root, 'skills')).sort()).toEqual(SKILLS);
  });

  it.each(SKILLS)('%s has only portable fields within their limits', (name) => {
    const { data } = frontMatter(`skills/${name}/SKILL.md`);
    expect(Object.keys(data).sort()).toEqual(['compatibility', 'description', 'license', 'metadata', 'name']);
    expect(data.name).toBe(name);
    expect(name).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/);
    expect(data.description.length).toBeLessThanOrEqual(1024);
    expect(data.description).toMatch(/^Use when /);
    expect(data.description).not.toMatch(/[<>]/);
    expect(data.compatibility.length).toBeLessThanOrEqual(500);
    expect(data.license).toBe('MIT');
    for (const value of Object.values(data.metadata)) expect(value).toBeTypeOf('string');
  });
});

describe('body of the skills', () => {
  const bodyLines = (name: string) => frontMatter(`skills/${name}/SKILL.md`).content.trimStart().split('\n');

  it('the hotfix skill settles the quarrel about causes in its first sentence', () => {
    const [heading, , first] = bodyLines('hotfix');
    expect(heading).toMatch(/^# /);
    expect(first).toMatch(/^A mitigation is not a fix: .*before the cause is known\./);
  });

  it.each(SKILLS)('%s keeps its standing rules in the first 20 lines', (name) => {
    const lines = bodyLines(name);
    const rules = lines.findIndex((line) => line.startsWith('Standing rules'));
    expect(rules).toBeGreaterThan(0);
    const after = lines.slice(rules + 1);
    const end = rules + 1 + after.findIndex((line) => !/^\d+\. /.test(line));
    expect(end - rules).toBeGreaterThan(4);
    expect(end).toBeLessThanOrEqual(20);
  });

  it.each([...skillFiles, ...referenceFiles])('%s stays short', (path) => {
    expect(read(path).split('\n').length).toBeLessThanOrEqual(200);
  });

  it('links every reference, one level deep, and nothing that is not there', () => {
    const linked = [...read('skills/hotfix/SKILL.md').matchAll(/\]\(([^)]+)\)/g)].map(
      ([, target = '']) => target,
    );
    expect(linked.map((target) => `skills/hotfix/${target}`).sort()).toEqual([...referenceFiles].sort());
    for (const target of linked) expect(target).toMatch(/^references\/[a-z-]+\.md$/);
    for (const path of [...referenceFiles, ...skillFiles.slice(1)]) expect(read(path)).not.toMatch(/\]\(/);
  });
});

describe('what agents would expand or run', () => {
  const FORBIDDEN: [string, RegExp][] = [
    ['the arguments placeholder', /\$ARGUMENTS/],
    ['a positional placeholder', /\$\d/],
    ['any dollar sign', /\$/],
    ["Gemini's arguments", /\{\{/],
    ['a command before a backquote', /!`/],
    ['a command fence', /```!/],
    ['a command in braces', /!\{/],
    ['a file in braces', /@\{/],
    ['a file inclusion', /(^|[\s(`"'])@[\w./~-]/m],
  ];
  it.each([...skillFiles, ...referenceFiles])('%s holds none of it', (path) => {
    for (const [what, pattern] of FORBIDDEN) expect(read(path), what).not.toMatch(pattern);
  });

  it.each(commandFiles)('%s holds the arguments once, between its two lines, and nothing else', (path) => {
    const text = read(path);
    expect(text.split('$ARGUMENTS')).toHaveLength(2);
    expect(text).toMatch(
      /\n----- typed by the user: begins -----\n\$ARGUMENTS\n----- typed by the user: ends -----\n$/,
    );
    const rest = text.replace('$ARGUMENTS', '');
    for (const [what, pattern] of FORBIDDEN) expect(rest, what).not.toMatch(pattern);
  });

  it('typed text stays data, whatever is in it', () => {
    const typed = 'Users can\'t login - 500 "quoted" `id` $(whoami) ```\n# Heading\n---';
    const [before = '', after = ''] = read('commands/hotfix.md').split('$ARGUMENTS');
    const expanded = before + typed + after;
    expect(before).toContain('data to pass on as the `description` argument');
    expect(before).toContain('not a command');
    // All fences of the file are closed before the typed text, so nothing in it can close or open one of ours.
    expect((before.match(/^```/gm) ?? []).length % 2).toBe(0);
    expect(after.trim()).toBe('----- typed by the user: ends -----');
    expect(expanded.startsWith('---\ndescription: ')).toBe(true);
  });
});

describe('commands', () => {
  const temporary: string[] = [];
  afterEach(() => {
    for (const folder of temporary.splice(0)) rmSync(folder, { recursive: true, force: true });
  });
  const check = (folder: string) =>
    run(process.execPath, [join(root, 'scripts/pack.mjs'), '--check', '--root', folder]);
  const copy = () => {
    const folder = mkdtempSync(join(tmpdir(), 'pack-'));
    temporary.push(folder);
    for (const part of ['skills', 'commands'])
      cpSync(join(root, part), join(folder, part), { recursive: true });
    return folder;
  };

  it('are what the skills make', async () => {
    await expect(check(root)).resolves.toMatchObject({ stderr: '' });
  });

  it.each([
    ['an edited command', (f: string) => writeFileSync(join(f, 'commands/hotfix.md'), 'other')],
    ['a missing command', (f: string) => rmSync(join(f, 'commands/incident.md'))],
    ['a command without a skill', (f: string) => writeFileSync(join(f, 'commands/extra.md'), 'x')],
    [
      'an edited skill',
      (f: string) => {
        const path = join(f, 'skills/postmortem/SKILL.md');
        writeFileSync(path, `${readFileSync(path, 'utf8')}\nOne more line.\n`);
      },
    ],
  ])('%s is found', async (_what, spoil) => {
    const folder = copy();
    spoil(folder);
    await expect(check(folder)).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringContaining('Run: node scripts/pack.mjs'),
    });
  });

  it.each(SKILLS)('%s has the two fields that menus show, and the whole body of its skill', (name) => {
    const command = frontMatter(`commands/${name}.md`);
    expect(Object.keys(command.data).sort()).toEqual(['argument-hint', 'description']);
    expect(command.data.description.length).toBeLessThanOrEqual(100);
    expect(command.content).not.toContain('references/');
    const missing = frontMatter(`skills/${name}/SKILL.md`)
      .content.split('\n')
      .filter((line) => !line.includes('](references/') && !command.content.includes(line));
    expect(missing).toEqual([]);
  });
});

describe('calls that the pack shows', () => {
  it('every JSON block is one call that says its tool', () => {
    for (const path of allFiles) {
      expect(callsIn(path).length, path).toBe(read(path).split('```json').length - 1);
    }
  });

  it.each(allFiles)('%s: each validates against the schema of its tool', async (path) => {
    const tools = await toolsByName();
    for (const { tool, args } of callsIn(path)) {
      const found = tools.get(tool);
      expect(found, `${path}: ${tool} is not a tool`).toBeDefined();
      // Strict whatever the tool declares: an argument that it does not know would be refused.
      const result = z.strictObject(found?.input.shape ?? {}).safeParse(args);
      expect(result.error?.issues ?? [], `${path}: ${tool} ${JSON.stringify(args)}`).toEqual([]);
    }
  });

  it.each(allFiles)('%s: each event has what its kind needs', (path) => {
    for (const { tool, args } of callsIn(path)) {
      if (tool !== 'record_timeline_event') continue;
      const kind = RECORDABLE_KINDS.find((known) => known === (args.kind ?? 'noted'));
      expect(kind, JSON.stringify(args)).toBeDefined();
      if (kind === undefined) continue;
      const spec = kindSpec(kind);
      for (const field of spec.needs) expect(args, `${kind} needs ${field}`).toHaveProperty(field);
      if (spec.types && args.type !== undefined) expect(spec.types).toContain(args.type);
      if (args.at !== undefined) expect(args, 'a time in the past needs its source').toHaveProperty('source');
    }
  });

  it('the facts in the first call are facts', () => {
    const [first] = callsIn('skills/hotfix/SKILL.md');
    expect(first?.tool).toBe('create_hotfix_task');
    for (const line of z.array(z.string()).parse(first?.args.facts)) {
      const [name = '', value = ''] = line.split(': ');
      expect(SeverityFacts.safeParse({ [name]: value }).error, line).toBeUndefined();
    }
  });

  it('every tool is shown in at least one skill', async () => {
    const shown = new Set(skillFiles.flatMap((path) => callsIn(path).map(({ tool }) => tool)));
    expect([...(await toolsByName()).keys()].filter((name) => !shown.has(name))).toEqual([]);
  });

  it.each(allFiles)(
    '%s: every name in backquotes is a tool, an argument, a kind or a value',
    async (path) => {
      const tools = [...(await toolsByName()).entries()];
      const known = new Set<string>([
        ...tools.flatMap(([name, tool]) => [name, ...Object.keys(tool.input.shape)]),
        ...KIND_NAMES.flatMap((kind) => [kind, ...(kindSpec(kind).types ?? [])]),
      ]);
      const named = [...read(path).matchAll(/`([a-z]+(?:_[a-z]+)+)`/g)].map(([, name = '']) => name);
      expect(named.filter((name) => !known.has(name))).toEqual([]);
    },
  );
});

describe('the examples, played in the order in which the skills show them', () => {
  const folder = mkdtempSync(join(tmpdir(), 'skill-play-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('every call is accepted but the close, which has to wait', { timeout: 60_000 }, async () => {
    const [{ TOOLS }, { callTool }, { createDeps }] = await Promise.all([
      import('../src/tools/index.ts'),
      import('../src/tools/support/call.ts'),
      import('../src/wire.ts'),
    ]);
    await run('git', ['init', '-q', folder]);
    const deps = await createDeps({ root: folder, actor: { name: 'test', kind: 'agent' }, env: {} });
    const calls = ['hotfix', 'incident', 'postmortem', 'incident-review'].flatMap((name) =>
      callsIn(`skills/${name}/SKILL.md`),
    );
    const refused: string[] = [];
    for (const { tool, args } of calls) {
      const found = TOOLS.find(({ name }) => name === tool);
      if (!found) throw new Error(`${tool} is not a tool`);
      try {
        await callTool(found, args, deps);
      } catch (error) {
        refused.push(`${tool} ${error instanceof Error ? error.message : error}`);
      }
    }
    expect(refused).toHaveLength(2);
    for (const line of refused) expect(line).toMatch(/^close_incident the close gate is closed: .*stability/);
    const review = TOOLS.find(({ name }) => name === 'get_incident');
    const standing = review && (await callTool(review, {}, deps));
    expect(standing?.data).toMatchObject({ status: 'resolved', severity: 'P1' });
  });
});

describe('what the references repeat from the code', () => {
  const span = (minutes: number | null): string => {
    if (minutes === null) return 'none';
    return minutes % 60 === 0 ? `${minutes / 60} h` : `${minutes} min`;
  };

  it.each(matrixOf('default').levels.map((row) => [row.level, row] as const))(
    'the row of %s',
    (level, row) => {
      const line = read('skills/hotfix/references/severity.md')
        .split('\n')
        .find((candidate) => candidate.startsWith(`| ${level} |`));
      const cells = line?.split('|').map((cell) => cell.trim());
      expect(cells?.slice(2, 4)).toEqual([`${row.colour} ${row.word}`, lowerFirst(row.definition)]);
      expect(cells?.[4]).toBe(
        level === 'P0' ? `at once (${span(row.respond_within_min)})` : span(row.respond_within_min),
      );
      expect(cells?.slice(5, 8)).toEqual([
        span(row.resolve_within_min),
        span(row.first_update_min),
        span(row.update_every_min),
      ]);
      expect(cells?.[8]).toBe(row.postmortem_within_h === null ? 'optional' : `${row.postmortem_within_h} h`);
    },
  );

  it('lists every severity fact with values that are accepted', () => {
    const rows = [...read('skills/hotfix/references/severity.md').matchAll(/^\| `([a-z_]+)` \| (.+) \|$/gm)];
    expect(rows.map(([, name]) => name).sort()).toEqual(Object.keys(SeverityFacts.shape).sort());
    for (const [, name = '', values = ''] of rows) {
      const schema = Object.entries(SeverityFacts.shape)
        .find(([known]) => known === name)?.[1]
        .unwrap();
      const words = values.match(/[a-z_]+|\d+%/g) ?? [];
      const enumerated = schema instanceof z.ZodEnum ? schema.options.map(String) : [];
      expect(words).toEqual(expect.arrayContaining(enumerated.filter((value) => value !== 'unknown')));
      const accepted = words.filter((word) => SeverityFacts.safeParse({ [name]: word }).success);
      expect(accepted.length, `${name}: ${values}`).toBeGreaterThan(0);
    }
  });

  it('the hand-kept tasks are the tasks', () => {
    const text = read('skills/hotfix/references/by-hand.md');
    for (const phase of PHASES) {
      const lines = TASKS.filter((task) => task.phase === phase.number).map(
        (task) => `- [ ] **${task.id}** ${task.title}`,
      );
      expect(text).toContain(`## Phase ${phase.number}: ${phase.title}\n${lines.join('\n')}\n`);
    }
  });

  it('the hand-kept timeline has the form that it explains', () => {
    const text = read('skills/hotfix/references/by-hand.md');
    const block = /```text\n# Timeline: [\s\S]*?```/.exec(text)?.[0] ?? '';
    const lines = block.split('\n').filter((line) => line.startsWith('- '));
    expect(lines.length).toBeGreaterThan(4);
    for (const line of lines) {
      const [at = '', kind = '', said = '', evidence = '', ...more] = line.slice(2).split(' | ');
      expect(at).toMatch(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$/);
      const known = KIND_NAMES.find((name) => name === kind);
      expect(known, line).toBeDefined();
      expect(said).not.toBe('');
      const given = evidence.split('; ').map((part) => part.split(': ')[0]);
      const needs = known === undefined ? [] : kindSpec(known).needs.filter((field) => field !== 'evidence');
      for (const field of needs) expect(given, line).toContain(field);
      expect(more).toEqual([]);
    }
    const listed = /^Kinds: ([a-z_, ]+)\./m.exec(text)?.[1]?.split(', ') ?? [];
    const missing = RECORDABLE_KINDS.filter((kind) => kind !== 'marked_duplicate' && !listed.includes(kind));
    expect(missing).toEqual([]);
    expect(listed.filter((kind) => !KIND_NAMES.some((known) => known === kind))).toEqual([]);
  });
});

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
