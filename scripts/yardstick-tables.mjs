// The tables that the yardstick prints and writes into docs/severity.md, as Markdown.

const table = (head, rows) =>
  [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
const cell = (text) => text.replaceAll('|', '\\|');
const perCent = (value) => (value === undefined ? '-' : `${(100 * value).toFixed(1)} %`);
const number = (value) => (value === undefined ? '-' : value.toFixed(2));

/** Goals on early text: the figure, how far it may go, and how it is written. */
const GOALS = [
  ['P0 outside the range', 'at most 10 %', (row) => row.missedByRange, (value) => value <= 0.1, perCent],
  [
    "the range holds the operator's level",
    'at least 95 %',
    (row) => row.holds,
    (value) => value >= 0.95,
    perCent,
  ],
  ['mean width of the range, in steps', 'at most 2.2', (row) => row.steps, (value) => value <= 2.2, number],
  [
    'kappa of the shown level',
    'at least 0.25 on GitHub',
    (row) => row.kappa,
    (value) => value >= 0.25,
    number,
  ],
];

function goalTable(severity) {
  const early = (source) =>
    severity.find((row) => row.source === source && row.text === 'early' && row.half === 'both');
  const verdict = (row, [, wanted, figure, met, write]) => {
    const only = wanted.includes('GitHub') && row.source !== 'github';
    return `${write(figure(row))} (${only ? 'no goal' : met(figure(row)) ? 'met' : 'missed'})`;
  };
  return table(
    ['goal, on early text', 'wanted', 'GitHub rows', 'all rows'],
    GOALS.map((goal) => [goal[0], goal[1], verdict(early('github'), goal), verdict(early('all'), goal)]),
  );
}

function floorTable(floors) {
  return table(
    ['the same range for every text', 'rows of', 'P0 missed by range', 'range holds', 'width in steps'],
    floors.map((row) => [
      row.range,
      row.source,
      perCent(row.missedByRange),
      perCent(row.holds),
      number(row.steps),
    ]),
  );
}

/** The figures as Markdown tables: goals, floors, everything, planned work. */
export function figureTables({ severity, floors, maintenance }) {
  return [
    goalTable(severity),
    floorTable(floors),
    table(
      [
        'rows of',
        'text',
        'half',
        'rows',
        'P0 rows',
        'kappa',
        'P0 missed by range',
        'P0 missed by shown level',
        'range holds',
        'width in steps (levels)',
        'shown too low / too high',
      ],
      severity.map((row) => [
        row.source,
        row.text,
        row.half,
        row.rows,
        row.p0,
        number(row.kappa),
        perCent(row.missedByRange),
        perCent(row.missedByShown),
        perCent(row.holds),
        `${number(row.steps)} (${number(row.steps + 1)})`,
        `${perCent(row.under)} / ${perCent(row.over)}`,
      ]),
    ),
    table(
      ['planned work told to be no incident, from', 'posts', 'planned', 'told', 'precision', 'recall'],
      maintenance.map((row) => [
        row.text,
        row.rows,
        row.planned,
        row.told,
        perCent(row.precision),
        perCent(row.recall),
      ]),
    ),
  ].join('\n\n');
}

/** The rules, what lowers them, and the signs of the text, as the code has them. */
export function ruleTables({ RULES, CEILINGS, TEXT_SIGNS, POINTS_FOR }) {
  const rules = RULES.map((rule) => [
    `at least ${rule.level}${rule.until_ruled_out === undefined ? '' : ` (${rule.until_ruled_out} until ruled out)`}`,
    `\`${rule.id}\``,
    rule.reason,
    rule.facts.join(', '),
    rule.gives_way_to.join(', ') || 'nothing',
  ]);
  const ceilings = CEILINGS.map((rule) => [
    `at most ${rule.level}`,
    `\`${rule.id}\``,
    rule.reason,
    rule.facts.join(', '),
    '',
  ]);
  const signs = TEXT_SIGNS.map((sign) => [
    `\`${sign.id}\``,
    sign.says,
    sign.points > 0 ? `+${sign.points}` : sign.points,
    sign.closes ?? '',
    sign.keeps ?? '',
  ]);
  const thresholds = POINTS_FOR.map(([from, level]) => `${level} from ${from} points`).join(', ');
  return {
    rules: table(
      ['level', 'rule', 'when', 'facts', 'lowered by'],
      [...rules, ...ceilings].map((row) => row.map(cell)),
    ),
    signs: `${table(['sign', 'what the words say', 'points', 'makes improbable', 'keeps in any case'], signs)}\n\nShown: ${thresholds}, P3 below.`,
  };
}
