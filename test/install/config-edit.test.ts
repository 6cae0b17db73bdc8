import fc from 'fast-check';
import { parse as parseToml, stringify as stringifyToml } from 'smol-toml';
import { describe, expect, it } from 'vitest';
import {
  addEntry,
  isLeftEmpty,
  readEntry,
  removeEntry,
  startsSame,
  updateEntry,
} from '../../src/install/config-edit.ts';
import type { Entry, McpTarget } from '../../src/install/host.ts';
import { parseJsonc, plainValue } from '../../src/install/jsonc.ts';
import { applySplices, fits, inverseOf } from '../../src/install/splice.ts';

type Form = Pick<McpTarget, 'format' | 'key' | 'fresh'>;
const JSON_FORM: Form = { format: 'json', key: ['mcpServers'] };
const AMP_FORM: Form = { format: 'json', key: ['amp.mcpServers'] };
const DEEP_FORM: Form = { format: 'json', key: ['a', 'b'] };
const TOML_FORM: Form = { format: 'toml', key: ['mcp_servers'] };
const ENTRY: Entry = { command: '/opt/a "b"\\node', args: ['x y', 'mcp'], tool_timeout_sec: 90 };

const jsonOf = (text: string): unknown => {
  const parsed = parseJsonc(text);
  if (!parsed.ok) throw new Error(`${parsed.fault.what} at ${parsed.fault.offset}: ${text}`);
  return parsed.node === null ? {} : plainValue(parsed.node);
};

/** How a person lays a file out: every choice is drawn again at each place. */
interface Layout {
  eol: string;
  next(): number;
}

function gap({ eol, next }: Layout): string {
  const pieces = [
    '',
    '',
    ' ',
    eol,
    `${eol}  `,
    `${eol}\t`,
    ' /* c */ ',
    ` // "x": {${eol}`,
    `${eol}${eol}    `,
  ];
  return pieces[next() % pieces.length] ?? '';
}

function written(value: unknown, layout: Layout): string {
  const g = () => gap(layout);
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const isList = Array.isArray(value);
  const parts = isList
    ? value.map((item) => g() + written(item, layout) + g())
    : Object.entries(value).map(
        ([name, member]) => `${g()}${JSON.stringify(name)}${g()}:${g()}${written(member, layout)}${g()}`,
      );
  const trailing = parts.length > 0 && layout.next() % 3 === 0 ? `,${g()}` : '';
  const inner = parts.length > 0 ? parts.join(',') + trailing : g();
  return isList ? `[${inner}]` : `{${inner}}`;
}

const draws = fc.array(fc.nat(1000), { minLength: 7, maxLength: 31 });
const layouts = fc.tuple(fc.constantFrom('\n', '\r\n'), draws).map(([eol, drawn]): Layout => {
  let at = 0;
  return { eol, next: () => drawn[at++ % drawn.length] ?? 0 };
});
const marks = fc.constantFrom('', '\ufeff');
const names = fc.oneof(fc.constantFrom('a', 'b', 'mcpServers', '__proto__', 'hotfix', 'é"\\'), fc.string());
const { value: jsonValues } = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    ...[
      fc.string(),
      fc.integer(),
      fc.boolean(),
      fc.constant(null),
      fc.double({ noNaN: true, noDefaultInfinity: true }),
    ],
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(names, tie('value'), { maxKeys: 3 }),
  ),
}));
const servers = (minKeys: number) =>
  fc.dictionary(
    fc.string().filter((name) => name !== 'hotfix-pulse'),
    jsonValues,
    { minKeys, maxKeys: 3 },
  );
/** A configuration whose way to the servers is free or an object. */
const configs = (form: Form, minServers = 0) =>
  fc
    .tuple(
      fc.dictionary(
        names.filter((name) => name !== form.key[0]),
        jsonValues,
        { maxKeys: 4 },
      ),
      fc.option(servers(minServers), { nil: undefined }),
      fc.boolean(),
    )
    .map(([rest, own, isFirst]): Record<string, unknown> => {
      if (own === undefined) return rest;
      const held = [...form.key].reverse().reduce<unknown>((inner, name) => ({ [name]: inner }), own);
      return isFirst ? { ...(held as object), ...rest } : { ...rest, ...(held as object) };
    });

const textsOf = (form: Form) =>
  fc
    .tuple(configs(form), layouts, marks)
    .map(([value, layout, mark]) => `${mark}${gap(layout)}${written(value, layout)}${gap(layout)}`);

function install(form: Form, text: string) {
  const made = addEntry(form, text, ENTRY);
  if (!made.ok) throw new Error(`${made.fault.what} ${made.fault.line}:${made.fault.column}\n${text}`);
  return { after: applySplices(text, made.splices), splices: made.splices, created: made.created ?? [] };
}

function removed(form: Form, text: string, created: readonly string[]): string {
  const gone = removeEntry(form, text, created);
  if (!gone.ok) throw new Error(gone.fault.what);
  return applySplices(text, gone.splices);
}

/** Numbers that -0 and friends make unequal are the same to a reader of JSON. */
const same = (a: unknown, b: unknown) => expect(JSON.stringify(a)).toBe(JSON.stringify(b));

describe.each([JSON_FORM, AMP_FORM, DEEP_FORM])('any JSONC configuration ($key)', (form) => {
  it('install, then uninstall by the stored inverse: the same bytes', () => {
    fc.assert(
      fc.property(textsOf(form), (text) => {
        const { after, splices } = install(form, text);
        const inverse = inverseOf(splices);
        expect(fits(after, inverse)).toBe(true);
        expect(applySplices(after, inverse)).toBe(text);
        expect(readEntry(form, after)).toEqual({ ok: true, value: ENTRY });
      }),
      { numRuns: 300 },
    );
  });

  it('with other edits in between: equal to the configuration with those edits alone', () => {
    fc.assert(
      // At least one server: to add an empty object where ours is says nothing.
      fc.property(textsOf(form), configs(form, 1), layouts, marks, (text, other, layout, mark) => {
        const { after, created } = install(form, text);
        // A person adds to the value, and an editor lays the file out anew.
        const edit = (value: unknown): Record<string, unknown> =>
          merged(value as Record<string, unknown>, other);
        const between = mark + written(edit(jsonOf(after)), layout);
        same(sortedKeys(jsonOf(removed(form, between, created))), sortedKeys(edit(jsonOf(text))));
      }),
      { numRuns: 300 },
    );
  });

  it('removing without an inverse leaves everything else as it was', () => {
    fc.assert(
      fc.property(textsOf(form), (text) => {
        const { after, created } = install(form, text);
        same(jsonOf(removed(form, after, created)), jsonOf(text));
      }),
      { numRuns: 300 },
    );
  });

  it('an update keeps what a person added to the entry', () => {
    fc.assert(
      fc.property(textsOf(form), (text) => {
        const { after } = install(form, text);
        const mine = after.replace('"tool_timeout_sec"', '"env": {"T": "1"}, "tool_timeout_sec"');
        const next: Entry = { command: 'npx', args: ['-y', 'x', 'mcp'] };
        const made = updateEntry(form, mine, next);
        const value = made.ok && readEntry(form, made.text);
        expect(value).toEqual({ ok: true, value: { ...next, env: { T: '1' }, tool_timeout_sec: 90 } });
      }),
      { numRuns: 100 },
    );
  });
});

/** Adds members, and goes into objects that both have. */
function merged(value: Record<string, unknown>, other: Record<string, unknown>): Record<string, unknown> {
  const isObject = (x: unknown): x is Record<string, unknown> =>
    typeof x === 'object' && x !== null && !Array.isArray(x);
  const pairs = new Map(Object.entries(value));
  for (const [name, member] of Object.entries(other)) {
    const held = pairs.get(name);
    pairs.set(name, isObject(held) && isObject(member) ? merged(held, member) : (held ?? member));
  }
  return Object.fromEntries(pairs);
}

function sortedKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortedKeys);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .map(([name, inner]): [string, unknown] => [name, sortedKeys(inner)])
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );
}

const tomlKeys = fc.oneof(fc.constantFrom('a', 'b', 'model', 'x.y', 'é "q"'), fc.string({ minLength: 1 }));
const { value: tomlValues } = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    ...[
      fc.string(),
      fc.constant('[mcp_servers.x]\n"""\n# no'),
      fc.integer(),
      fc.boolean(),
      fc.date({ noInvalidDate: true, min: new Date(0), max: new Date('2090-01-01') }),
    ],
    fc.array(fc.string(), { maxLength: 3 }),
    fc.dictionary(tomlKeys, tie('value'), { maxKeys: 3 }),
  ),
}));
const tomlConfigs = fc
  .tuple(
    fc.dictionary(tomlKeys, tomlValues, { maxKeys: 4 }),
    fc.dictionary(
      tomlKeys,
      fc.record({ command: fc.string(), args: fc.array(fc.string(), { maxLength: 2 }) }),
      { maxKeys: 2 },
    ),
  )
  .map(([rest, own]) => ({ ...rest, ...(Object.keys(own).length > 0 ? { mcp_servers: own } : {}) }));
const tomlTexts = fc
  .tuple(tomlConfigs, layouts, marks)
  .map(([value, { eol, next }, mark]) => {
    // Comments and empty lines between statements, never within a value: the writer puts each on one line.
    const noise = [[], ['# [mcp_servers.x] """'], [''], []];
    const lines = stringifyToml(value)
      .split('\n')
      .flatMap((line) => [line, ...(noise[next() % 4] ?? [])]);
    const text = lines.join(eol);
    return mark + (next() % 2 === 0 ? text.trimEnd() : text);
  })
  .filter((text) => readEntry(TOML_FORM, text).ok);

const tomlOf = (text: string) => JSON.stringify(sortedKeys(parseToml(text.replace(/^\ufeff/, ''))));

describe('any TOML configuration', () => {
  it('install, then uninstall: the same bytes', () => {
    fc.assert(
      fc.property(tomlTexts, (text) => {
        const { after, splices } = install(TOML_FORM, text);
        expect(after.startsWith(text)).toBe(true);
        expect(applySplices(after, inverseOf(splices))).toBe(text);
        const read = readEntry(TOML_FORM, after);
        expect(read.ok && startsSame(read.value, ENTRY)).toBe(true);
      }),
      { numRuns: 200 },
    );
  });

  it('with other tables added behind and before: those alone are left', () => {
    fc.assert(
      fc.property(tomlTexts, tomlConfigs, (text, other) => {
        const { after } = install(TOML_FORM, text);
        const taken = Object.keys(parseToml(text.replace(/^\ufeff/, '')));
        const added = stringifyToml(
          Object.fromEntries(
            Object.entries(other).map(([name, value]) => [
              taken.includes(name) || name === 'mcp_servers' ? `new ${name}` : name,
              value,
            ]),
          ) as Record<string, never>,
        );
        const tables =
          added.includes('\n[') || added.startsWith('[') ? added.slice(added.search(/^\[/m)) : '';
        const between = `${after}\n[mcp_servers."added by me"]\ncommand = "x" # mine\n\n${tables}`;
        const alone = `${text}\n[mcp_servers."added by me"]\ncommand = "x" # mine\n\n${tables}`;
        expect(tomlOf(removed(TOML_FORM, between, []))).toBe(tomlOf(alone));
      }),
      { numRuns: 200 },
    );
  });

  it('an update keeps comments and what a person added', () => {
    const text =
      '[mcp_servers.hotfix-pulse] # ours\ncommand = "a" # one\nargs = [\n  "b", # two\n]\nenv_vars = ["T"]\n\n[mcp_servers.hotfix-pulse.env]\nX = "1"\n';
    const made = updateEntry(TOML_FORM, text, { command: 'c', args: ['d', 'mcp'] });
    expect(made.ok && made.text).toBe(
      '[mcp_servers.hotfix-pulse] # ours\ncommand = "c" # one\nargs = ["d", "mcp"]\nenv_vars = ["T"]\n\n[mcp_servers.hotfix-pulse.env]\nX = "1"\n',
    );
    expect(removed(TOML_FORM, `a = 1\n\n${text}\n# end\n`, [])).toBe('a = 1\n\n# end\n');
  });
});

describe('how it looks', () => {
  it.each([
    [
      '{\n  "a": 1\n}\n',
      '{\n  "a": 1,\n  "mcpServers": {\n    "hotfix-pulse": {\n      "command": "n",\n      "args": ["m"]\n    }\n  }\n}\n',
    ],
    [
      '{\n\t"mcpServers": {\n\t\t"o": {}, // other\n\t},\n}\n',
      '{\n\t"mcpServers": {\n\t\t"o": {}, // other\n\t\t"hotfix-pulse": {\n\t\t\t"command": "n",\n\t\t\t"args": ["m"]\n\t\t},\n\t},\n}\n',
    ],
    [
      '{\n    "mcpServers": {\n        "o": {} // other\n    }\n}\n',
      '{\n    "mcpServers": {\n        "o": {}, // other\n        "hotfix-pulse": {\n            "command": "n",\n            "args": ["m"]\n        }\n    }\n}\n',
    ],
    ['{"mcpServers":{"o":{}}}', '{"mcpServers":{"o":{},"hotfix-pulse":{"command":"n","args":["m"]}}}'],
    [
      '{}\n',
      '{\n  "mcpServers": {\n    "hotfix-pulse": {\n      "command": "n",\n      "args": ["m"]\n    }\n  }\n}\n',
    ],
    [
      '',
      '{\n  "mcpServers": {\n    "hotfix-pulse": {\n      "command": "n",\n      "args": ["m"]\n    }\n  }\n}\n',
    ],
    [
      '// only a comment',
      '// only a comment\n{\n  "mcpServers": {\n    "hotfix-pulse": {\n      "command": "n",\n      "args": ["m"]\n    }\n  }\n}\n',
    ],
  ])('case %#', (text, after) => {
    const made = addEntry(JSON_FORM, text, { command: 'n', args: ['m'] });
    expect(made.ok && applySplices(text, made.splices)).toBe(after);
  });

  it('a file that we made is known to be empty again', () => {
    expect(isLeftEmpty(JSON_FORM, '{\n}\n')).toBe(true);
    expect(isLeftEmpty({ ...JSON_FORM, fresh: { $schema: 's' } }, '{"$schema": "s"}')).toBe(true);
    expect(isLeftEmpty(JSON_FORM, '{ // mine\n}')).toBe(false);
    expect(isLeftEmpty(JSON_FORM, '{"a": 1}')).toBe(false);
    expect(isLeftEmpty(TOML_FORM, '\n')).toBe(true);
    expect(isLeftEmpty(TOML_FORM, '# mine\n')).toBe(false);
  });
});
