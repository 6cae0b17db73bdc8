import { isDenied } from './extract-facts.ts';
import { higher, type Level, lower } from './severity.ts';
import { TEXT_SIGNS } from './text-signs.ts';

/** A sign that was found, with its words. */
interface FoundSign {
  id: string;
  says: string;
  points: number;
  closes?: 'P0' | 'P3';
  /** Exact words of the text. User text: fence it before a model reads it. */
  quote: string;
}

/** What the way of speaking suggests. Never a fact: it narrows and picks while no fact does. */
export interface TextReading {
  signs: FoundSign[];
  points: number;
  likely: Level;
  range: { lowest: Level; highest: Level };
}

/** Fewest points for a level. No points at all is P1: unknown rounds up. */
export const POINTS_FOR: readonly (readonly [number, Level])[] = [
  [4, 'P0'],
  [0, 'P1'],
  [-2, 'P2'],
];

/** Reads the signs of a text; undefined when it has none, which says nothing about its size. */
export function readText(text: string): TextReading | undefined {
  const found = TEXT_SIGNS.flatMap((sign) => {
    const match = sign.pattern.exec(text);
    if (match === null || isDenied(text, match) || sign.unless?.test(text)) return [];
    return [{ sign, quote: match[0] }];
  });
  if (found.length === 0) return undefined;
  const closes = (level: Level): boolean => found.some(({ sign }) => sign.closes === level);
  const keepsWorst = found.some(({ sign }) => sign.keeps === 'P0');
  const points = found.reduce((sum, { sign }) => sum + sign.points, 0);
  const range: TextReading['range'] = {
    lowest: closes('P3') ? 'P2' : 'P3',
    highest: closes('P0') && !keepsWorst ? 'P1' : 'P0',
  };
  const level = POINTS_FOR.find(([from]) => points >= from)?.[1] ?? 'P3';
  return {
    signs: found.map(({ sign: { id, says, points: own, closes: end }, quote }) => ({
      ...{ id, says, points: own, quote },
      ...(end === undefined ? {} : { closes: end }),
    })),
    points,
    likely: lower(higher(level, range.lowest), range.highest),
    range,
  };
}
