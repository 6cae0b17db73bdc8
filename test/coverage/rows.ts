import type { PresetName } from '../../src/core/severity.ts';
import type { World } from './world.ts';

/** Runs the real code and fails when what the row asks for is not in what comes out. */
export type Produce = (world: World, row: Row) => void | Promise<void>;

/** `12`: the whole line. `'12.3'`, `'12.1-4'`: cells of a table row. */
export type Claim = number | string;

/** One thing that a document asks for, in our own words. */
export interface Row {
  /** `000.contain.first-update`: the document's number, its part, the thing. */
  id: string;
  lines: readonly Claim[];
  needs: string;
  by: Produce;
  /** Times that the document names there, in minutes: compared with its text and handed to the producer. */
  minutes: readonly number[];
}

/** A line that asks for nothing, with the reason. */
export interface NoRequirement {
  lines: readonly Claim[];
  why: string;
}

export interface SeedTable {
  seed: string;
  /** Rows run under it: where documents disagree, the preset decides. */
  preset: PresetName;
  /** Of the document that the line numbers count in. */
  sha256: string;
  rows: readonly Row[];
  noRequirement: readonly NoRequirement[];
}

type Tuple = readonly [
  id: string,
  lines: readonly Claim[],
  needs: string,
  by: Produce,
  minutes?: readonly number[],
];

export function rowsOf(seed: string, part: string, tuples: readonly Tuple[]): Row[] {
  return tuples.map(([id, lines, needs, by, minutes = []]) => ({
    ...{ id: `${seed}.${part}.${id}`, lines, needs, by, minutes },
  }));
}

/** `'19.1-3'` to `19.1`, `19.2`, `19.3`; `19` to `19`. */
export function claimed({ lines }: { lines: readonly Claim[] }): string[] {
  return lines.flatMap((claim) => {
    const [, line = '', from = '', to = from] = /^(\d+)\.(\d+)(?:-(\d+))?$/.exec(String(claim)) ?? [];
    if (line === '') return [String(claim)];
    const count = Number(to) - Number(from) + 1;
    return Array.from({ length: count }, (_, i) => `${line}.${Number(from) + i}`);
  });
}

/** The numbers of several neighbouring lines. */
export function span(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, i) => from + i);
}
