import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { createRedactor } from '../../src/core/redact.ts';
import { DISGUISED_CARRIERS, DISGUISES } from '../support/redact-adversarial.ts';
import { CARRIERS } from '../support/redact-carriers.ts';
import { expectFigure } from '../support/redact-figures.ts';
import { gridOf, hash4, isGone, recallOf } from '../support/redact-grid.ts';
import { identifiers, ordinaryLines, unchangedShare } from '../support/redact-ordinary.ts';
import { type PersonalRow, personalRows } from '../support/redact-personal.ts';
import { drawer, isKeptOut, PROVIDERS } from '../support/redact-providers.ts';
import { describeIf, SHARED } from '../support/requires.ts';

const redactor = createRedactor({ hash4 });
const redact = (text: string): string => redactor.redact(text).text;
const seen = PROVIDERS.filter((provider) => !isKeptOut(provider));

describe('recall', () => {
  it('on vendors that rules were written for', () => {
    expectFigure('Vendors with rules, all carriers', recallOf(gridOf(seen), redact), 0.9);
  });

  it('in carriers, of every vendor, and in none of them is it poor', () => {
    const told = CARRIERS.filter(({ context }) => context !== 'bare');
    for (const carrier of told) {
      const share = recallOf(gridOf(PROVIDERS, [carrier]), redact);
      expect(share, carrier.id).toBeGreaterThanOrEqual(0.8);
    }
    expectFigure(
      'All vendors, in carriers that name or say what it is',
      recallOf(gridOf(PROVIDERS, told), redact),
      0.88,
    );
    const bare = CARRIERS.filter(({ context }) => context === 'bare');
    expectFigure(
      'All vendors, with nothing near that says what it is',
      recallOf(gridOf(PROVIDERS, bare), redact),
      0.6,
    );
  });

  it('behind colours, line ends, zero-width characters and one level of escapes', () => {
    const carriers = CARRIERS.filter(({ id }) => DISGUISED_CARRIERS.includes(id));
    // One token of every vendor per disguise; all carriers take part.
    const cells = gridOf(seen, carriers).filter(({ carrier }, index) => {
      const vendor = Math.floor(index / carriers.length);
      return carrier === carriers[vendor % carriers.length];
    });
    const shares = DISGUISES.map((disguise) => {
      const found = cells.filter(({ token, text, provider }) => {
        const draw = drawer(`${disguise.id}/${provider.id}`);
        return isGone(token, disguise.undo(redact(disguise.apply(text, token, draw))));
      });
      expect(found.length / cells.length, disguise.id).toBeGreaterThanOrEqual(0.88);
      return found.length / cells.length;
    });
    expectFigure('Adversarial', shares.reduce((sum, share) => sum + share, 0) / shares.length, 0.95);
  });

  it.each<[PersonalRow['kind'], string]>([
    ['email', 'Mail addresses'],
    ['card', 'Card numbers'],
    ['iban', 'IBAN'],
    ['ssn', 'US social security numbers'],
    ['phone', 'Phone numbers with `+`'],
  ])('on rows with %s', (kind, row) => {
    const rows = personalRows(kind, 120);
    expectFigure(
      row,
      rows.filter(({ span, text }) => !redact(text).includes(span)).length / rows.length,
      0.95,
    );
  });
});

describe('what stays', () => {
  it('ordinary log lines', () => {
    expectFigure('Ordinary log lines unchanged', unchangedShare(ordinaryLines(12), redact), 0.99);
  });

  it('digests, UUIDs, versions', () => {
    expectFigure('Hashes, UUIDs, versions unchanged', unchangedShare(identifiers(50), redact), 0.995);
  });

  it('source', () => {
    const root = fileURLToPath(new URL('../..', import.meta.url));
    const own = filesIn(join(root, 'src'));
    const foreign = ['typescript/lib', 'vitest/dist', 'zod/v4'].flatMap((name) =>
      filesIn(join(root, 'node_modules', name)),
    );
    const some = [...own, ...foreign.filter((_, index) => index % 5 === 0)];
    expectFigure('Source lines unchanged', linesKept(some), 0.995, { exact: false });
  });

  it('lock files', () => {
    const path = fileURLToPath(new URL('../../package-lock.json', import.meta.url));
    expectFigure('Lock file lines unchanged', linesKept([path]), 0.995, { exact: false });
  });
});

describeIf('shared')('what stays of real incidents', () => {
  it.each(['github-status', 'jenkins-infra-status', 'moj-incidents', 'dfds-postmortems'])('%s', (name) => {
    const texts = readFileSync(join(SHARED, 'data', `${name}.jsonl`), 'utf8')
      .trim()
      .split('\n')
      .filter((_, index) => index % 4 === 0)
      .flatMap((line) => textsIn(JSON.parse(line)));
    expect(texts.length).toBeGreaterThan(100);
    expectFigure('Texts of real incidents unchanged', unchangedShare(texts, redact), 0.99, { exact: false });
  });
});

/** Every line of every text in a value. */
function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return value.split('\n').filter((line) => line.trim() !== '');
  return value !== null && typeof value === 'object' ? Object.values(value).flatMap(textsIn) : [];
}

function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((path) => /\.(?:[cm]?[jt]s)$/.test(path) && statSync(path).size < 100_000);
}

/** Share of lines that are still there; whole files are redacted, as an excerpt would be. */
function linesKept(paths: readonly string[]): number {
  let all = 0;
  let lost = 0;
  for (const path of paths) {
    const text = readFileSync(path, 'utf8');
    const kept = new Set(redact(text).split('\n'));
    const lines = text.split('\n');
    all += lines.length;
    lost += lines.filter((line) => !kept.has(line)).length;
  }
  expect(all).toBeGreaterThan(1000);
  return 1 - lost / all;
}
