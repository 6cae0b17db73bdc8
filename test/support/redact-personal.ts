import { type Draw, drawer, tokenOf } from './redact-providers.ts';

/** A row of text with personal data that has a form: the span is what must go. */
export interface PersonalRow {
  kind: 'email' | 'card' | 'iban' | 'ssn' | 'phone';
  span: string;
  text: string;
}

const pick = <T>(list: readonly [T, ...T[]], draw: Draw): T => list[draw(list.length)] ?? list[0];

function luhn(digits: string): string {
  const sum = [...digits].reverse().reduce((total, char, index) => {
    const doubled = index % 2 === 0 ? Number(char) * 2 : Number(char);
    return total + (doubled > 9 ? doubled - 9 : doubled);
  }, 0);
  return `${digits}${(10 - (sum % 10)) % 10}`;
}

/** Check digits of ISO 13616. */
function iban(country: string, account: string): string {
  const rest = [...`${account}${country}00`].reduce((value, char) => {
    const number = Number.parseInt(char, 36);
    return (value * (number > 9 ? 100 : 10) + number) % 97;
  }, 0);
  return `${country}${String(98 - rest).padStart(2, '0')}${account}`;
}

const grouped = (text: string, mark: string): string => text.match(/.{1,4}/g)?.join(mark) ?? text;

const MAKE: Readonly<Record<PersonalRow['kind'], (draw: Draw) => string>> = {
  email: (draw) =>
    tokenOf(
      pick(
        [
          '{L:5}.{L:7}@{low:8}.com',
          '{L:6}{d:2}@mail.{low:6}.co.uk',
          '{L:3}+{low:4}@{low:9}.io',
          '{L:4}_{L:5}@{low:5}-{low:4}.org',
        ],
        draw,
      ),
      draw,
    ),
  card: (draw) => {
    const digits = luhn(
      tokenOf(
        pick(['4{d:14}', '51{d:13}', '37{d:12}', '6011{d:11}', '3528{d:11}', '2221{d:11}'], draw),
        draw,
      ),
    );
    return digits.length === 16 ? grouped(digits, pick(['', ' ', '-'], draw)) : digits;
  },
  iban: (draw) => {
    const [country, bban] = pick(
      [
        ['DE', '{d:18}'],
        ['GB', 'NWBK{d:14}'],
        ['FR', '{d:10}{UP:11}{d:2}'],
        ['NL', 'ABNA{d:10}'],
        ['CH', '{d:5}{UP:12}'],
        ['NO', '{d:11}'],
      ],
      draw,
    );
    return grouped(iban(country ?? 'DE', tokenOf(bban ?? '', draw)), pick(['', ' '], draw));
  },
  ssn: (draw) =>
    `${1 + draw(665)}`.padStart(3, '0') +
    `-${`${1 + draw(99)}`.padStart(2, '0')}-${`${1 + draw(9998)}`.padStart(4, '0')}`,
  phone: (draw) =>
    tokenOf(pick(['+49 30 {d:8}', '+1 (415) 555-{d:4}', '+44{d:10}', '+33 6 12 34 {d:2} {d:2}'], draw), draw),
};

const AROUND: readonly [(span: string) => string, ...((span: string) => string)[]] = [
  (span) => `Customer wrote: please call off the order, ${span}, as soon as possible.`,
  (span) => JSON.stringify({ level: 'info', msg: 'row rejected', value: span }),
  (span) => `2026-11-20T14:03:07Z WARN import line 17: "${span}" is not unique`,
  (span) => `| 17 | ${span} | failed |`,
  (span) => `INSERT INTO t VALUES ('${span}', 17);`,
  (span) => `name;value\nx;${span}\n`,
];

export function personalRows(kind: PersonalRow['kind'], count: number): PersonalRow[] {
  return Array.from({ length: count }, (_, index) => {
    const draw = drawer(`personal/${kind}/${index}`);
    const span = MAKE[kind](draw);
    return { kind, span, text: (AROUND[index % AROUND.length] ?? AROUND[0])(span) };
  });
}
