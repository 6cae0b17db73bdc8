// What the yardstick counts. Ranks: 0 = P3 ... 3 = P0, as the operators' labels are numbered.

/**
 * Quadratic-weighted kappa of pairs of ranks: 1 is agreement, 0 is chance.
 * Undefined when chance already agrees fully (one label, always answered).
 */
export function kappa(pairs) {
  const ranks = [0, 1, 2, 3];
  const count = (at, value) => pairs.filter((pair) => pair[at] === value).length;
  const observed = pairs.reduce((sum, [a, b]) => sum + (a - b) ** 2, 0);
  const expected =
    ranks.flatMap((a) => ranks.map((b) => count(0, a) * count(1, b) * (a - b) ** 2)).reduce((x, y) => x + y) /
    pairs.length;
  return expected === 0 ? undefined : 1 - observed / expected;
}

const share = (rows, holds) => (rows.length === 0 ? undefined : rows.filter(holds).length / rows.length);

/** The figures of rows `{ label, shown, lowest, highest }`, each a rank. */
export function measure(rows) {
  const worst = rows.filter((row) => row.label === 3);
  return {
    rows: rows.length,
    p0: worst.length,
    kappa: kappa(rows.map((row) => [row.label, row.shown])),
    missedByRange: share(worst, (row) => row.highest < 3),
    missedByShown: share(worst, (row) => row.shown < 3),
    holds: share(rows, (row) => row.lowest <= row.label && row.label <= row.highest),
    steps: rows.reduce((sum, row) => sum + row.highest - row.lowest, 0) / rows.length,
    under: share(rows, (row) => row.shown < row.label),
    over: share(rows, (row) => row.shown > row.label),
  };
}

/** How well "this is no incident" finds rows `{ planned, told }`. */
export function detection(rows) {
  const told = rows.filter((row) => row.told);
  const planned = rows.filter((row) => row.planned);
  return {
    rows: rows.length,
    planned: planned.length,
    told: told.length,
    precision: share(told, (row) => row.planned),
    recall: share(planned, (row) => row.told),
  };
}
