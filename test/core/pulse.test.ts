import { describe, expect, it } from 'vitest';
import { pulseOf } from '../../src/core/pulse.ts';
import { type Story, story } from '../support/events.ts';

const fixed = () => story('P1').add('mitigation_applied').add('deployed');
const ROWS: [string, Story, string, string][] = [
  ['a description alone', story(), '🟢⚪️⚪️⚪️⚪️', 'reported'],
  ['an unconfirmed severity', story('P0?'), '🟢⚪️⚪️⚪️⚪️', 'reported'],
  ['a stated severity', story('P2'), '🟢🟢⚪️⚪️⚪️', 'confirmed and triaged'],
  ['a mitigation', story('P1').add('mitigation_applied'), '🟢🟢🟢⚪️⚪️', 'contained'],
  ['a mitigation before any severity', story().add('mitigation_applied'), '🟢🟢🟢⚪️⚪️', 'contained'],
  ['the release rolled back', story('P1').add('rolled_back'), '🟢🟢🟢⚪️⚪️', 'contained'],
  [
    'that rollback verified',
    story('P1').add('rolled_back').add('deploy_verified'),
    '🟢🟢🟢⚪️⚪️',
    'contained',
  ],
  [
    'a mitigation taken off',
    story('P1').add('mitigation_applied').add('mitigation_removed'),
    '🟢🟢⚪️⚪️⚪️',
    'confirmed and triaged',
  ],
  [
    'a deploy to staging',
    story('P1').add('deployed', { data: { environment: 'staging' } }),
    '🟢🟢⚪️⚪️⚪️',
    'confirmed and triaged',
  ],
  ['a deploy to production', fixed(), '🟢🟢🟢🟢⚪️', 'repaired and deployed'],
  [
    'the deploy taken back',
    fixed().add('rolled_back', { data: { target: 'hotfix' } }),
    '🟢🟢🟢⚪️⚪️',
    'contained',
  ],
  ['resolved', fixed().add('resolved'), '🟢🟢🟢🟢⚪️', 'repaired and deployed'],
  [
    'resolved and stable',
    fixed().add('resolved').add('stability_confirmed'),
    '🟢🟢🟢🟢🟢',
    'verified and stable',
  ],
  [
    'stable before resolved',
    fixed().add('stability_confirmed').add('resolved'),
    '🟢🟢🟢🟢⚪️',
    'repaired and deployed',
  ],
  ['closed', fixed().add('resolved').add('closed'), '🟢🟢🟢🟢🟢✅', 'verified and stable'],
  [
    'reopened',
    fixed().add('resolved').add('stability_confirmed').add('reopened'),
    '🟢🟢⚪️⚪️⚪️',
    'confirmed and triaged',
  ],
  [
    'reopened after closed',
    fixed().add('resolved').add('closed').add('reopened'),
    '🟢🟢⚪️⚪️⚪️',
    'confirmed and triaged',
  ],
  [
    'contained again',
    fixed().add('resolved').add('reopened').add('mitigation_applied'),
    '🟢🟢🟢⚪️⚪️',
    'contained',
  ],
];

describe('the pulse meter', () => {
  it.each(ROWS)('after %s', (_name, told, meter, step) => {
    expect(pulseOf(told.fold())).toEqual({
      ...{ meter, step, closed: meter.endsWith('✅') },
      dots: [...meter].filter((char) => char === '🟢').length,
    });
  });
});
