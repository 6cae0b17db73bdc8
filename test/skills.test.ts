import { execFile } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { countTokens } from 'gpt-tokenizer/encoding/o200k_base';
import matter from 'gray-matter';
import { validate } from 'skills-ref';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import * as z from 'zod/v4';
import { createSampleRepo, SAMPLE_FIX } from '../src/adapters/sample-repo.ts';
import { OTHER_COMMANDS } from '../src/cli/dispatch.ts';
import { flagName, flagsOf } from '../src/cli/flag-shapes.ts';
import { operationCommand } from '../src/cli/operation.ts';
import { KIND_NAMES, kindSpec, RECORDABLE_KINDS } from '../src/core/kinds.ts';
import { matrixOf } from '../src/core/severity.ts';
import { SeverityFacts } from '../src/core/severity-facts.ts';
import { PHASES, TASKS } from '../src/core/tasks.ts';
import type { Tool } from '../src/tools/tool.ts';

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
async function toolsByName(): Promise<Map<string, Tool>> {
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

  it.each(SKILLS)('%s passes the validator of the format', async (name) => {
    expect(await validate(join(root, 'skills', name))).toEqual([]);
  });

  it('that validator finds a seventh field and a wrong name', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'skill-'));
    writeFileSync(join(folder, 'SKILL.md'), '---\nname: Other\ndescription: d\nargument-hint: a\n---\n# x\n');
    expect((await validate(folder)).join()).toMatch(/argument-hint[\s\S]*lowercase/);
    rmSync(folder, { recursive: true });
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

  it.each([
    ['skills/hotfix/SKILL.md', 4_000],
    ...[...skillFiles.slice(1), ...referenceFiles].map((path) => [path, 1_700] as const),
  ] as const)('%s stays under its lines and %i tokens', (path, tokens) => {
    expect(read(path).split('\n').length).toBeLessThan(path.endsWith('SKILL.md') ? 500 : 200);
    expect(countTokens(frontMatter(path).content)).toBeLessThan(tokens);
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
        ...tools.flatMap(([, tool]) => flagsOf(tool.input).flatMap(({ values }) => values)),
        ...KIND_NAMES.flatMap((kind) => [kind, ...(kindSpec(kind).types ?? [])]),
      ]);
      const named = [...read(path).matchAll(/`([a-z]+(?:_[a-z]+)*)`/g)].map(([, name = '']) => name);
      expect(named.filter((name) => !known.has(name))).toEqual([]);
    },
  );
});

describe('commands that the pack names', () => {
  /** `hotfix-pulse print checklist`, `hotfix-pulse invite hotfix-001 --at ...`: the words of each, flags too. */
  const linesIn = (path: string) =>
    [...read(path).matchAll(/\bhotfix-pulse ([a-z][^`\n]*)/g)].map(([, words = '']) => words);
  const dashed = (name: string) => name.replaceAll('_', '-');

  it.each(allFiles)('%s: each exists, with its flags', async (path) => {
    const operations = [...(await toolsByName()).values()].map(operationCommand);
    const commands = [...operations, ...OTHER_COMMANDS].map(({ name, aliases, input }) => ({
      ...{ names: [name, ...aliases], input },
    }));
    for (const line of linesIn(path)) {
      const [word = '', ...rest] = line.split(' ');
      const command = commands.find(({ names }) => names.includes(dashed(word)));
      expect(command, `${path}: hotfix-pulse ${line}`).toBeDefined();
      const flags = ['--input', ...flagsOf(command?.input ?? z.object({})).map(({ name }) => flagName(name))];
      const documents = command?.input.shape.document;
      if (documents !== undefined) expect(documents.description?.split(/[^a-z.-]+/), line).toContain(rest[0]);
      for (const flag of rest.filter((part) => part.startsWith('--'))) expect(flags, line).toContain(flag);
    }
  });

  it('the names are found in the text at all', () => {
    const named = new Set(allFiles.flatMap(linesIn).map((line) => line.split(' ')[0]));
    for (const word of ['print', 'invite', 'runbook', 'drill', 'publish', 'import', 'purge'])
      expect([...named]).toContain(word);
  });
});

describe('what the five documents ask of a person or an agent', () => {
  const places = read('test/support/skill-places.txt')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => line.split(' | '));

  it('has rows for each of the five, and for each reference but the fallback by hand', () => {
    expect([...new Set(places.map(([seed]) => seed))]).toEqual(['000', '001', '002', '003', '004']);
    const used = new Set(places.map(([, , file]) => `skills/${file}`));
    expect(referenceFiles.filter((path) => !used.has(path))).toEqual(['skills/hotfix/references/by-hand.md']);
  });

  it.each(places)('%s asks: %s', (_seed, _asks, file = '', says = '', ...more) => {
    expect(more).toEqual([]);
    expect(says).not.toBe('');
    expect(read(`skills/${file}`).toLowerCase()).toContain(says.toLowerCase());
  });
});

describe('the examples, played in the order in which the skills show them', () => {
  const folder = mkdtempSync(join(tmpdir(), 'skill-play-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  /** The closing word is drafted after the close, which no example can reach: it has to wait for days. */
  const NOT_CONNECTED = 'post_update no service is connected that takes messages to this audience';
  const CLOSED_FIRST = expect.stringMatching(/^draft_update the form closure is not true while/);

  /** A server without a server: every call of a text on one fresh repository, and what was refused. */
  async function play(calls: readonly Call[], at: string) {
    const [{ TOOLS }, { callTool }, { createDeps }] = await Promise.all([
      import('../src/tools/index.ts'),
      import('../src/tools/support/call.ts'),
      import('../src/wire.ts'),
    ]);
    await createSampleRepo(at);
    const git = (...args: string[]) => run('git', ['-C', at, ...args]);
    const deps = await createDeps({ root: at, actor: { name: 'test', kind: 'agent' }, env: {} });
    const refused: string[] = [];
    const call = (tool: string, args: Call['args']) => {
      const found = TOOLS.find(({ name }) => name === tool);
      if (!found) throw new Error(`${tool} is not a tool`);
      return callTool(found, args, deps);
    };
    /** What the agent does between two calls: it writes the fix on the branch that it was given. */
    async function commitFix(): Promise<void> {
      const tree = `${at}-fix`;
      if (existsSync(tree)) return;
      const { stdout: branch } = await git('branch', '--list', 'hotfix/*', '--format=%(refname:short)');
      await git('worktree', 'add', '-q', tree, branch.trim());
      for (const [path, text] of Object.entries(SAMPLE_FIX)) writeFileSync(join(tree, path), text);
      await run('git', ['-C', tree, 'add', '-A']);
      await run('git', ['-C', tree, 'commit', '-q', '-m', 'fix: [HOTFIX] x', '-m', 'Hotfix: hotfix-001']);
    }
    for (const { tool, args } of calls) {
      if (tool === 'check_hotfix') await commitFix();
      await call(tool, args).catch((error: unknown) => {
        refused.push(`${tool} ${error instanceof Error ? error.message : error}`);
      });
    }
    return { refused, call };
  }

  it('every call is accepted but the close, which has to wait, and what comes after it', {
    timeout: 60_000,
  }, async () => {
    const calls = ['hotfix', 'incident', 'postmortem', 'incident-review'].flatMap((name) =>
      callsIn(`skills/${name}/SKILL.md`),
    );
    const { refused, call } = await play(calls, join(folder, 'skills'));
    const close = expect.stringMatching(/^close_incident the close gate is closed: .*stability/);
    expect(refused).toEqual([NOT_CONNECTED, close, close, CLOSED_FIRST]);
    expect((await call('get_incident', {})).data).toMatchObject({ status: 'resolved', severity: 'P1' });
  });

  it.each(referenceFiles.filter((path) => callsIn(path).length > 0))(
    '%s: every call is accepted in an open incident',
    { timeout: 60_000 },
    async (path) => {
      const opening = callsIn('skills/hotfix/SKILL.md').slice(0, 1);
      const { refused } = await play([...opening, ...callsIn(path)], join(folder, basename(path, '.md')));
      const expected: Record<string, unknown[]> = {
        'close.md': [CLOSED_FIRST],
        'updates.md': [NOT_CONNECTED, 'post_update no post plan of this incident has that id'],
      };
      expect(refused).toEqual(expected[basename(path)] ?? []);
    },
  );
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
