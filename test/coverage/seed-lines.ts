import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SHARED } from '../support/requires.ts';

/** What a document consists of: what can be claimed, and the times that it names, by claim. */
export interface SeedDocument {
  sha256: string;
  /** `12`, or `12.1` for a cell of a table row. */
  units: string[];
  /** Line number to times in minutes. */
  times: Map<number, number[]>;
}

/** Lines that only shape the page: rules, fences, the line below a table's head. */
const STRUCTURE = /^\s*(?:---+|`{3}\w*|\|[\s|:-]+\|)\s*$/;
const TIME = /(?<![\w.])(\d+)(?:\s*-\s*(\d+))?\+?[\s-]?(minutes?|mins?|m|hours?|hrs?|h)\b/gi;

export function readSeed(seed: string): SeedDocument {
  const folder = join(SHARED, 'seeds');
  const name = readdirSync(folder).find((file) => file.startsWith(`${seed}_`));
  if (name === undefined) throw new Error(`no document ${seed}`);
  return parseSeed(readFileSync(join(folder, name), 'utf8'));
}

export function parseSeed(text: string): SeedDocument {
  const units: string[] = [];
  const times = new Map<number, number[]>();
  for (const [index, line] of text.split('\n').entries()) {
    if (line.trim() === '' || STRUCTURE.test(line)) continue;
    units.push(...unitsOf(line, index + 1));
    const found = timesIn(line);
    if (found.length > 0) times.set(index + 1, found);
  }
  return { sha256: createHash('sha256').update(text).digest('hex'), units, times };
}

/** A table row is its cells; any other line is one thing. */
function unitsOf(line: string, number: number): string[] {
  if (!line.startsWith('|')) return [String(number)];
  const cells = line.split('|').slice(1, -1);
  return cells.flatMap((cell, i) => (cell.trim() === '' ? [] : [`${number}.${i + 1}`]));
}

/** Every time in a line, in minutes; of a range both ends. */
export function timesIn(line: string): number[] {
  return [...line.matchAll(TIME)].flatMap(([, from, to, unit = 'h']) => {
    const factor = unit.toLowerCase().startsWith('m') ? 1 : 60;
    return [from, to].flatMap((value) => (value === undefined ? [] : [Number(value) * factor]));
  });
}
