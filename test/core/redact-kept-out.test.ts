import { expect, it, vi } from 'vitest';
import { CARRIERS } from '../support/redact-carriers.ts';
import { expectFigure } from '../support/redact-figures.ts';
import { gridOf, hash4, recallOf } from '../support/redact-grid.ts';
import { drawer, isKeptOut, PROVIDERS, tokenOf } from '../support/redact-providers.ts';

/** Whether a form knows no credential of the vendors that are kept out. */
const isStrange = vi.hoisted(() => async () => {
  const { drawer, isKeptOut, PROVIDERS, tokenOf } = await import('../support/redact-providers.ts');
  const tokens = PROVIDERS.filter(isKeptOut).map(({ id, form }) => tokenOf(form, drawer(`rules/${id}`)));
  return ({ pattern }: { pattern: RegExp }): boolean => {
    const anywhere = new RegExp(pattern.source, pattern.flags.replace(/[gy]/g, ''));
    return !tokens.some((token) => anywhere.test(token));
  };
});

/** A third of the vendors, as if nobody had ever written a rule for them. */
vi.mock('../../src/core/redact-provider-table.ts', async (load) => {
  const table = await load<typeof import('../../src/core/redact-provider-table.ts')>();
  return { PREFIX_FORMS: table.PREFIX_FORMS.filter(await isStrange()) };
});
vi.mock('../../src/core/redact-provider-shapes.ts', async (load) => {
  const shapes = await load<typeof import('../../src/core/redact-provider-shapes.ts')>();
  const stranger = await isStrange();
  return {
    ...shapes,
    HINT_FORMS: shapes.HINT_FORMS.filter(stranger),
    RUN_FORMS: shapes.RUN_FORMS.filter(stranger),
  };
});

it('finds the credentials of vendors that it has no rule for', async () => {
  const { createRedactor } = await import('../../src/core/redact.ts');
  const { redact } = createRedactor({ hash4 });
  const keptOut = PROVIDERS.filter(isKeptOut);
  expect(PROVIDERS.length).toBeGreaterThanOrEqual(60);
  expect(keptOut.length / PROVIDERS.length).toBeGreaterThan(0.3);
  expect(redact(`a ${tokenOf('dop_v1_{hex:64}', drawer('x'))} b`).removed).toHaveLength(
    keptOut.some(({ id }) => id === 'digitalocean') ? 0 : 1,
  );
  expectFigure(
    'Kept-out vendors, all carriers',
    recallOf(gridOf(keptOut, CARRIERS), (text) => redact(text).text),
    0.85,
  );
});
