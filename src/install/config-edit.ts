import { isDeepStrictEqual } from 'node:util';
import { STARTING } from './entry-shapes.ts';
import { type Entry, type McpTarget, SERVER } from './host.ts';
import { holdsOnly, readJson, removeJson, setJson } from './json-edit.ts';
import { applySplices, type Edited, type Fault } from './splice.ts';
import { addTomlTable, readToml, removeTomlTable, updateToml } from './toml-edit.ts';

type Form = Pick<McpTarget, 'format' | 'key' | 'fresh'>;

const pathOf = ({ key }: Form): string[] => [...key, SERVER];

/** Our entry in a configuration; undefined when there is none. */
export function readEntry(
  form: Form,
  text: string,
): { ok: true; value: unknown } | { ok: false; fault: Fault } {
  return form.format === 'json' ? readJson(text, pathOf(form)) : readToml(text, pathOf(form));
}

/**
 * Adds our entry to a configuration that has none.
 * @returns `created`: the objects above the entry that had to be made
 */
export function addEntry(form: Form, text: string, entry: Entry): Edited & { created?: readonly string[] } {
  return form.format === 'json'
    ? setJson(text, pathOf(form), entry, form.fresh)
    : addTomlTable(text, pathOf(form), entry);
}

/** Takes our entry away; `created` as `addEntry` gave it. */
export function removeEntry(form: Form, text: string, created: readonly string[]): Edited {
  return form.format === 'json'
    ? removeJson(text, pathOf(form), created)
    : removeTomlTable(text, pathOf(form));
}

/** What an entry starts, brought up to date; members that a person added (`env`) stay. */
export function updateEntry(form: Form, text: string, entry: Entry): Changed {
  const starting = Object.fromEntries(Object.entries(entry).filter(([name]) => isStarting(name)));
  if (form.format === 'toml') return inOne(text, updateToml(text, pathOf(form), starting));
  let now = text;
  for (const [name, value] of Object.entries(starting)) {
    const edited = setJson(now, [...pathOf(form), name], value);
    if (!edited.ok) return edited;
    now = applySplices(now, edited.splices);
  }
  return { ok: true, text: now };
}

/** Our entry in place of whatever stands there under its name. */
export function replaceEntry(form: Form, text: string, entry: Entry): Changed {
  if (form.format === 'json') return inOne(text, setJson(text, pathOf(form), entry));
  const gone = inOne(text, removeTomlTable(text, pathOf(form)));
  return gone.ok ? inOne(gone.text, addTomlTable(gone.text, pathOf(form), entry)) : gone;
}

export type Changed = { ok: true; text: string } | { ok: false; fault: Fault };

function inOne(text: string, edited: Edited): Changed {
  return edited.ok ? { ok: true, text: applySplices(text, edited.splices) } : edited;
}

const isStarting = (name: string): boolean => STARTING.some((member) => member === name);

/** Whether an entry starts what is wanted, whatever else a person added to it. */
export function startsSame(entry: unknown, wanted: Entry): boolean {
  if (typeof entry !== 'object' || entry === null) return false;
  const members: Record<string, unknown> = { ...entry };
  return Object.entries(wanted).every(
    ([name, value]) => !isStarting(name) || isDeepStrictEqual(members[name], value),
  );
}

/** Whether a configuration that we made holds nothing any more, so that its file may go. */
export function isLeftEmpty(form: Form, text: string): boolean {
  if (form.format === 'json') return holdsOnly(text, form.fresh ?? {});
  return text.replace(/^\ufeff/, '').trim() === '';
}
