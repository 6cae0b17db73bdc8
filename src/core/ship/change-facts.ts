import type { ChangeDiff, ChangedFile } from './change-diff.ts';
import { isGeneratedPath, isLock, isTestFile, type Layer, languageOf, layerOf } from './change-kinds.ts';

/** Numbers about a change. */
export interface ChangeFacts {
  /** Full names. */
  base: string;
  commit: string;
  commits: number;
  files: number;
  added: number;
  removed: number;
  /** Without tests, lock files and generated files: what has to be understood. */
  weighed: { files: number; lines: number };
  /** In order of the number of files. */
  layers: Layer[];
  languages: string[];
}

/** Counts and sorts, and judges nothing. */
export function factsOf(diff: ChangeDiff): ChangeFacts {
  const weighed = diff.files.filter(isWeighed);
  return {
    ...{ base: diff.base, commit: diff.commit, commits: diff.commitCount, files: diff.files.length },
    added: sum(diff.files, ({ added }) => added),
    removed: sum(diff.files, ({ removed }) => removed),
    weighed: { files: weighed.length, lines: sum(weighed, ({ added, removed }) => added + removed) },
    layers: byNumber(diff.files.map(({ path }) => layerOf(path))),
    languages: byNumber(diff.files.flatMap(({ path }) => languageOf(path) ?? [])),
  };
}

export function isGenerated({ path, generated }: ChangedFile): boolean {
  return generated || isGeneratedPath(path);
}

function isWeighed(file: ChangedFile): boolean {
  return !(isTestFile(file.path) || isLock(file.path) || isGenerated(file));
}

function sum<T>(items: readonly T[], of: (item: T) => number): number {
  return items.reduce((total, item) => total + of(item), 0);
}

function byNumber<T extends string>(names: readonly T[]): T[] {
  const counts = new Map<T, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)).map(([name]) => name);
}
