import { describe, expect, it } from 'vitest';
import { eventBody, keyOf, pagerDutyDraft, refOf } from '../../../src/core/outward/pagerduty.ts';
import { story } from '../../support/events.ts';

const PAGE = 'https://acme.pagerduty.com/incidents/PT4KHLK';
const linkTo = (url: string) => ({ data: { type: 'other' as const, url } });

describe('the alert', () => {
  it('is named by a link, by evidence, or not at all', () => {
    expect(pagerDutyDraft(story().fold()).alert).toBeNull();
    expect(
      pagerDutyDraft(
        story()
          .add('linked', linkTo(`${PAGE}?utm=1`))
          .fold(),
      ).alert,
    ).toEqual({
      ...{ by: 'incident', id: 'PT4KHLK', url: PAGE },
    });
    const both = story().add('acknowledged', { evidence: ['pagerduty:srv01/mysql', PAGE] });
    expect(pagerDutyDraft(both.fold()).alert).toEqual({ by: 'key', key: 'srv01/mysql', url: PAGE });
    const eu = 'https://acme.eu.pagerduty.com/incidents/Q1';
    expect(pagerDutyDraft(story().add('linked', linkTo(eu)).fold()).alert).toMatchObject({ id: 'Q1' });
  });

  it('is the last one named', () => {
    const told = story().add('linked', linkTo('pagerduty:first')).add('linked', linkTo('pagerduty:second'));
    expect(pagerDutyDraft(told.fold()).alert).toMatchObject({ key: 'second' });
  });

  it.each([
    'https://acme.pagerduty.com.evil.example/incidents/PT4KHLK',
    'https://evil.example/?https://acme.pagerduty.com/incidents/PT4KHLK',
    'http://acme.pagerduty.com/incidents/PT4KHLK',
    'https://acme.pagerduty.com/incidents/../users/me',
    'https://user@acme.pagerduty.com/incidents/PT4KHLK',
    'pagerduty:',
    'pagerduty:a b',
    `pagerduty:${'x'.repeat(256)}`,
  ])('is not %s', (url) => {
    expect(pagerDutyDraft(story().add('linked', linkTo(url)).fold()).alert).toBeNull();
  });

  it('is not what evidence of anything else mentions', () => {
    const told = story().add('hypothesis_stated', { evidence: ['pagerduty:other'] });
    expect(pagerDutyDraft(told.fold()).alert).toBeNull();
  });
});

describe('the action', () => {
  it('follows the record, and never pages', () => {
    const told = story('P1');
    const now = () => pagerDutyDraft(told.fold()).action;
    expect(now()).toBeNull();
    told.add('acknowledged');
    expect(now()).toBe('acknowledge');
    told.add('resolved', { evidence: ['metric: ok'] });
    expect(now()).toBe('resolve');
    told.add('reopened');
    expect(now()).toBe('acknowledge');
  });

  it('comes with a later status too, and not with a cancelled one', () => {
    expect(pagerDutyDraft(story('P1').add('mitigation_applied').fold()).action).toBe('acknowledge');
    expect(pagerDutyDraft(story('P1').add('acknowledged').add('cancelled').fold()).action).toBeNull();
  });
});

describe('references', () => {
  it('keep the key as it is', () => {
    for (const key of ['srv01/mysql', 'a:b', 'ключ']) expect(keyOf(refOf(key))).toBe(key);
    for (const ref of ['srv01', 'dedup:', 'dedup:a b', 'dedup:a\n']) expect(keyOf(ref)).toBeNull();
    expect(eventBody('r', 'k', 'resolve')).toEqual({
      routing_key: 'r',
      dedup_key: 'k',
      event_action: 'resolve',
    });
  });
});
