import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { branchOf, folderOf } from '../../src/core/incident.ts';
import { EXPORT_FORMS, exportFiles } from '../../src/core/interchange/export-forms.ts';
import { labelOf } from '../../src/core/reduce.ts';
import { runbookPath } from '../../src/core/runbook.ts';
import { planId } from '../../src/core/ship/plan.ts';
import { fileStem, slugOf, storedSlug } from '../../src/core/slug.ts';
import { ULID_PATTERN, ulidAfter } from '../../src/core/ulid.ts';
import { story } from '../support/events.ts';
import { viewFor } from '../support/interchange-kit.ts';
import { planWith } from '../support/plans.ts';

/** Source: "Naming Files, Paths, and Namespaces", Microsoft Learn. */
const RESERVED = ['CON', 'PRN', 'AUX', 'NUL', 'COM', 'LPT'].flatMap((name) =>
  name.length === 3 && !/^(?:COM|LPT)$/.test(name)
    ? [name]
    : Array.from({ length: 10 }, (_, n) => `${name}${n}`),
);
const device = new RegExp(`^(?:${RESERVED.join('|')})(?:\\.|$)`, 'i');

/** What is wrong with a relative path on Windows, on a disk that folds case, or anywhere. Null when nothing is. */
function fault(path: string): string | null {
  if (path.length > 150) return 'too long';
  for (const part of path.split('/')) {
    if (part === '' || part === '.' || part === '..') return 'leads elsewhere';
    if (device.test(part)) return 'is a device';
    if (/[. ]$|^ /.test(part)) return 'ends in a dot or a space';
    if (!/^[\w.-]+$/.test(part)) return 'holds a character that some system does not take';
    if (part.length > 120) return 'has a part that is too long';
  }
  return null;
}

const TITLES = [
  ...RESERVED.flatMap((name) => [name, `${name}.txt`, `${name.toLowerCase()}:`, ` ${name} `]),
  ...[
    'CONIN$',
    'COM\u00b9',
    '..',
    '.',
    ' ',
    'trailing dots...',
    'trailing spaces   ',
    'a\u0000b',
    'a/b',
    'a\\b',
  ],
  ...['C:\\Windows\\System32', '\\\\?\\C:\\x', 'file:stream', 'a*b?c<d>e|f"g', '~', '-rf', '.git', 'x.lock'],
  ...['Users CANNOT log in', 'I\u0307stanbul', 'ﬁle', 'ſ', 'K', 'x'.repeat(300), '日本', '\ud800'],
];
/** What a record from somewhere else may have for a slug. */
const FOREIGN = [
  ...TITLES,
  ...[
    '../../etc',
    '../../../../home/ana/.claude/CLAUDE',
    '/etc/x',
    'a/../../b',
    'x;rm -rf ~',
    '$(id)',
    'x y',
  ],
];
const anyText = fc.oneof(
  fc.constantFrom(...FOREIGN),
  fc.string({ unit: 'binary' }),
  fc.string({ maxLength: 200 }),
);

describe('names for files', () => {
  it('are judged: the check itself works', () => {
    expect(['con.md', 'NUL', 'a/aux.x', 'a.', 'a ', '../a', 'a\\b', 'a:b', '/a'].map(fault)).not.toContain(
      null,
    );
    expect(['console.md', 'specs/hotfix-001-con/hotfix.md', 'com.md'].map(fault)).toEqual([null, null, null]);
  });

  it.each(FOREIGN)('an incident called %j has names that every system takes', (title) => {
    for (const slug of [slugOf(title), title]) {
      const named = story();
      Object.assign(named.events[0]?.data ?? {}, { slug, title });
      const { events } = named.add('resolved');
      expect(events[0]?.data).toMatchObject({ slug });
      const told = named.fold();
      const paths = [
        folderOf(told),
        branchOf(told),
        branchOf({ ...told, attempt: 12 }),
        runbookPath(told, 'docs/runbooks'),
        ...EXPORT_FORMS.flatMap((form) => Object.keys(exportFiles(told, viewFor(told), form))),
      ];
      expect(paths.map((path) => [path, fault(path)]).filter(([, wrong]) => wrong !== null)).toEqual([]);
    }
  });

  it('are so for any text', () => {
    fc.assert(
      fc.property(anyText, fc.integer({ min: 1, max: 999_999_999 }), (text, number) => {
        const slug = storedSlug(text);
        expect(fault(`specs/${labelOf(number)}-${slug}/hotfix.md`)).toBeNull();
        expect(fault(`${fileStem(slugOf(text), labelOf(number))}.md`)).toBeNull();
      }),
    );
  });

  it('do not differ in case alone', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        for (const name of [slugOf(text), storedSlug(text), fileStem(slugOf(text), 'hotfix-001')]) {
          expect(name).toBe(name.toLowerCase());
        }
      }),
    );
  });

  it('a slug that was made here stays as it is', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        expect(storedSlug(slugOf(text))).toBe(slugOf(text));
      }),
    );
    expect(storedSlug('x'.repeat(100))).toHaveLength(100);
    expect(storedSlug('../../etc/passwd')).toBe('etc-passwd');
  });
});

describe('ids as names', () => {
  it('are upper-case letters and digits alone, or lower-case hex alone', () => {
    fc.assert(
      fc.property(fc.nat(2 ** 47), fc.uint8Array({ minLength: 10, maxLength: 10 }), (now, random) => {
        const id = ulidAfter(null, now, random);
        expect(id).toMatch(ULID_PATTERN);
        expect(id).toBe(id.toUpperCase());
        expect(fault(`${id}/timeline.jsonl`)).toBeNull();
      }),
    );
    expect(planId(planWith(), () => 'ab'.repeat(32))).toMatch(/^[0-9a-f]{12}$/);
  });
});
