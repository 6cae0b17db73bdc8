import { chmodSync, mkdirSync, readFileSync, statSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { changes } from '../../src/install/installer.ts';
import { place, put, treeOf } from './kit.ts';

const JSON_FILE = '.cursor/mcp.json';
const TOML_FILE = '.codex/config.toml';
const OURS = 'hotfix-pulse@0.1.0';

/** Files that are edited: install works, and uninstall gives back every byte. */
const EDITED: readonly (readonly [string, 'json' | 'toml', string | Uint8Array])[] = [
  ['byte order mark', 'json', '\ufeff{ "mcpServers": {} }\n'],
  ['CRLF', 'json', '{\r\n  "mcpServers": {\r\n    "a": {}\r\n  }\r\n}\r\n'],
  ['mixed line ends', 'json', '{\r\n  "a": 1,\n  "b": 2\r}\n'],
  ['trailing commas', 'json', '{"a": [1, 2, ], "mcpServers": {"x": {}, }, }'],
  ['comments everywhere', 'json', '/* a */{// b\n/* c */"a"/* d */:/* e */1/* f */,// g\n}// h'],
  ['comment that looks like ours', 'json', '{\n  // "mcpServers": { "hotfix-pulse": {} }\n  "a": "}"\n}'],
  ['no line end at the end', 'json', '{\n\t"a": 1\n}'],
  ['tabs', 'json', '{\n\t"mcpServers": {\n\t\t"a": {\n\t\t\t"command": "x"\n\t\t}\n\t}\n}\n'],
  ['empty', 'json', ''],
  ['spaces only', 'json', ' \n\t\n'],
  ['comments only', 'json', '// nothing yet\n'],
  [
    'escapes and odd names',
    'json',
    '{"\\u006dcpServers": {"\\ud83d\\ude00": {}}, "__proto__": {"x": 1}, "": 0}',
  ],
  ['duplicate names elsewhere', 'json', '{"a": 1, "a": 2, "mcpServers": {}}'],
  [
    '5 MB',
    'json',
    JSON.stringify(
      {
        history: Array.from({ length: 50_000 }, (_, i) => `line ${i} ${'x'.repeat(90)}`),
        mcpServers: { a: {} },
      },
      null,
      2,
    ),
  ],
  [
    'a Latin letter outside ASCII in a path',
    'json',
    '{"mcpServers": {"a": {"command": "/home/jos\u00e9/\u{1F600}"}}}',
  ],
  ['empty', 'toml', ''],
  ['CRLF and a byte order mark', 'toml', '\ufeffmodel = "x"\r\n[mcp_servers.a]\r\ncommand = "y"\r\n'],
  ['comments and no line end', 'toml', '# a\n[projects."/x"] # b\ntrust_level = "trusted" # c'],
  [
    'strings that look like tables',
    'toml',
    'a = """\n[mcp_servers.hotfix-pulse]\ncommand = "no"\n"""\nb = \'\'\'\n[x]\'\'\'\nc = [\n  "[d]", # ]\n]\n',
  ],
  ['dotted names', 'toml', 'mcp_servers.a.command = "x"\n[tui]\ntheme = "dark"\n'],
];

/** Files that are left alone, with what is said about them. */
const REFUSED: readonly (readonly [string, 'json' | 'toml', string | Uint8Array, string])[] = [
  ['broken: a comma is missing', 'json', '{\n  "a": 1\n  "b": 2\n}\n', 'line 3, column 3'],
  ['broken: never closed', 'json', '{\n  "mcpServers": {\n    "x": {}\n', 'line 2, column 17'],
  ['broken: behind a byte order mark', 'json', '\ufeff{"a": tru}', 'line 1, column 7'],
  ['broken: two values', 'json', '{}\n{}\n', 'line 2, column 1'],
  ['broken: single quotes', 'json', "{'a': 1}", 'line 1, column 2'],
  ['duplicate names on our way', 'json', '{\n "mcpServers": {},\n "mcpServers": {}\n}', 'line 3, column 2'],
  ['wrong type: a list of servers', 'json', '{"mcpServers": []}', 'line 1, column 16'],
  ['wrong type: null', 'json', '{"mcpServers": null}', 'line 1, column 16'],
  ['wrong type: the file is a list', 'json', '[]', 'line 1, column 1'],
  ['nested 100 000 deep', 'json', '['.repeat(100_000), 'line 1, column 502'],
  ['a broken string', 'json', '{"a": "x\ny"}', 'line 1, column 7'],
  ['UTF-16', 'json', Buffer.from('\ufeff{}', 'utf16le'), 'UTF-8'],
  ['not text', 'json', Uint8Array.of(0x7b, 0xff, 0xfe, 0x7d), 'UTF-8'],
  ['broken', 'toml', 'model = "x"\n[mcp_servers\n', 'line 2'],
  ['duplicate tables', 'toml', '[a]\nx = 1\n[a]\n', 'line 3'],
  ['inline table of servers', 'toml', 'a = 1\nmcp_servers = { x = { command = "y" } }\n', 'line 2, column 1'],
  ['wrong type', 'toml', 'mcp_servers = 3\n', 'line 1, column 1'],
];

const hostOf = { json: 'cursor', toml: 'codex' } as const;
const fileOf = { json: JSON_FILE, toml: TOML_FILE } as const;

describe('hostile configuration files', () => {
  it.each(EDITED)('%s (%s): edited, and every byte comes back', async (_, format, content) => {
    const at = place();
    const file = put(at.repo, fileOf[format], content);
    const before = readFileSync(file);
    const { plan, applied } = await at.install([hostOf[format]]);
    expect(plan.refusals).toEqual([]);
    expect(applied.failed).toBeNull();
    expect(readFileSync(file, 'utf8')).toContain(OURS);
    expect(changes((await at.install([hostOf[format]])).plan.edits)).toEqual([]);
    await at.uninstall([hostOf[format]]);
    expect(readFileSync(file).equals(before)).toBe(true);
    expect(Object.keys(treeOf(at.repo))).toHaveLength(2);
  });

  it.each(REFUSED)('%s (%s): told and untouched', async (_, format, content, said) => {
    const at = place();
    const file = put(at.repo, fileOf[format], content);
    const before = readFileSync(file);
    const { plan, applied } = await at.install([hostOf[format]]);
    expect(plan.refusals).toHaveLength(1);
    expect(plan.refusals[0]?.path).toBe(file);
    expect(`${plan.refusals[0]?.message} ${plan.refusals[0]?.hint}`).toContain(said);
    expect(applied.failed).toBeNull();
    expect(readFileSync(file).equals(before)).toBe(true);
    // The rest of the installation is not held up.
    expect(treeOf(at.repo)['.agents/skills/hotfix/SKILL.md']).toBeDefined();
    expect((await at.uninstall([hostOf[format]])).applied.failed).toBeNull();
    expect(readFileSync(file).equals(before)).toBe(true);
  });

  it('read-only: told and untouched, for root too', async () => {
    const at = place();
    const file = put(at.repo, JSON_FILE, '{}\n');
    chmodSync(file, 0o444);
    const { plan } = await at.install(['cursor']);
    expect(plan.refusals.map(({ message }) => message)).toEqual(['is read-only; it was left alone']);
    expect([readFileSync(file, 'utf8'), statSync(file).mode & 0o777]).toEqual(['{}\n', 0o444]);
  });

  it.each(['file', 'folder', 'dangling'])(
    'symbolic link (%s): told, and nothing is written through it',
    async (kind) => {
      const at = place();
      const real = put(at.home, 'dots/mcp.json', '{}\n');
      if (kind === 'folder') symlinkSync(join(at.home, 'dots'), join(at.repo, '.cursor'));
      else {
        mkdirSync(join(at.repo, '.cursor'));
        symlinkSync(kind === 'file' ? real : join(at.home, 'nowhere'), join(at.repo, JSON_FILE));
      }
      const { plan } = await at.install(['cursor']);
      expect(plan.refusals.map(({ code }) => code)).toEqual(['unsafe']);
      expect(treeOf(join(at.home, 'dots'))).toEqual({ 'mcp.json': '{}\n' });
      expect(Object.keys(treeOf(at.home)).some((name) => name.startsWith('nowhere'))).toBe(false);
    },
  );

  it('a folder in its place: told', async () => {
    const at = place();
    mkdirSync(join(at.repo, JSON_FILE), { recursive: true });
    const { plan } = await at.install(['cursor']);
    expect(plan.refusals.map(({ message }) => message)).toEqual(['is no regular file; it was left alone']);
  });

  it('no refusal quotes what a file holds', async () => {
    const at = place();
    put(at.repo, JSON_FILE, '{"env": {"TOKEN": "ghp_secret"} "x"}');
    put(at.repo, TOML_FILE, 'token = ghp_secret\n');
    const { plan } = await at.install(['cursor', 'codex']);
    expect(plan.refusals).toHaveLength(2);
    expect(JSON.stringify(plan)).not.toContain('ghp_secret');
  });

  it('the manifest holds no text of a configuration', async () => {
    const at = place();
    put(at.repo, JSON_FILE, '{"mcpServers":{"x":{"env":{"TOKEN":"ghp_secret"}}},"y":"ghp_secret"}');
    put(at.repo, TOML_FILE, 'token = "ghp_secret" # ghp_secret\n');
    await at.install(['cursor', 'codex']);
    expect(JSON.stringify(treeOf(at.home))).not.toContain('ghp_secret');
  });

  it('a manifest that is none is passed over', async () => {
    const at = place();
    await at.install(['cursor']);
    const [name = ''] = Object.keys(treeOf(at.home)).filter((file) => file.endsWith('.json'));
    for (const text of ['', '{', '[]', '{"v":1}', '{"v":1,"edits":[{"path":"../../x"}]}']) {
      put(at.home, name, text);
      const { applied } = await at.install(['cursor']);
      expect(applied.failed).toBeNull();
    }
    await at.uninstall(['cursor']);
    expect(treeOf(at.repo)[JSON_FILE]).not.toContain('hotfix-pulse');
  });

  it('a record that leads out of its folder is not followed', async () => {
    const at = place();
    await at.install(['cursor']);
    const [name = ''] = Object.keys(treeOf(at.home)).filter((file) => file.endsWith('.json'));
    const victim = put(at.home, 'victim.txt', 'x');
    const manifest = JSON.parse(readFileSync(join(at.home, name), 'utf8'));
    const { sha256 } = await import('../../src/install/disk.ts');
    manifest.edits.push({
      ...manifest.edits[0],
      base: at.repo,
      path: `../${at.home.split('/').pop()}/victim.txt`,
      sha256_after: sha256('x'),
    });
    put(at.home, name, JSON.stringify(manifest));
    const { plan } = await at.uninstall(['cursor']);
    expect(plan.refusals.map(({ code }) => code)).toEqual(['unsafe']);
    expect(readFileSync(victim, 'utf8')).toBe('x');
  });
});
