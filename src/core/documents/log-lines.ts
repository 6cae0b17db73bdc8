/** A published `timeline.jsonl` that takes in the lines of the record. */
export interface MergedLines {
  text: string;
  /** Something that is no line of an event (a torn line, a conflict marker) was left out. */
  dropped: boolean;
}

const ID = /^[0-9A-HJKMNP-TV-Z]{26}$/;

/**
 * The lines of a published copy together with those of the record, one per event id, the copy's order first,
 * so that what other clones published stays. Lines are kept byte for byte: hash links need them. What is a
 * tombstone on either side stays one: a purge must not be undone by a copy.
 */
export function mergeLogLines(published: string, record: string): MergedLines {
  // The usual case: the copy is what was published before, and the record, whose lines are events, has grown.
  const isBeginning = published.endsWith('\n') && record.startsWith(published);
  if (isBeginning && !/\r|\n\n|^\n/.test(record)) return { text: record, dropped: false };
  const lines = new Map<string, { line: string; purged: boolean }>();
  let dropped = false;
  for (const line of [...split(published), ...split(record)]) {
    const read = readLine(line);
    if (read === null) {
      dropped = true;
      continue;
    }
    const known = lines.get(read.id);
    if (!known || read.purged) lines.set(read.id, { line, purged: read.purged });
  }
  const kept = [...lines.values()].map(({ line }) => line);
  return { text: kept.length === 0 ? '' : `${kept.join('\n')}\n`, dropped };
}

function split(text: string): string[] {
  return text.split(/\r?\n/).filter((line) => line.trim() !== '');
}

function readLine(line: string): { id: string; purged: boolean } | null {
  try {
    const value: unknown = JSON.parse(line);
    if (typeof value !== 'object' || value === null || !('id' in value)) return null;
    const { id } = value;
    if (typeof id !== 'string' || !ID.test(id)) return null;
    return { id, purged: 'purged' in value && value.purged === true };
  } catch {
    return null;
  }
}

/** Ids of the events that a purge has taken out. */
export function tombstonesIn(text: string): string[] {
  if (!text.includes('"purged"')) return [];
  return split(text).flatMap((line) => {
    const read = readLine(line);
    return read?.purged ? [read.id] : [];
  });
}
