import { PulseError } from '../../core/errors.ts';
import type { Incident } from '../../core/incident.ts';
import { publicStatusOf } from '../../core/outward/audience.ts';
import type { PostPlan } from '../../core/outward/post-plan.ts';
import type { Message } from '../../core/outward/sending.ts';
import type { ServiceName } from '../../core/outward/services.ts';
import { isoOf } from '../../core/time.ts';
import { CAPS, capText, cleanText, oneLine } from '../../core/untrusted.ts';
import type { Outward, Surface } from '../../ports-outward.ts';
import type { Deps } from '../tool.ts';
import { discloses, placeOf, visibilityOf } from './surfaces.ts';

export interface PostWanted {
  text: string | undefined;
  audience: PostPlan['audience'];
  to: readonly ServiceName[] | undefined;
  systems: readonly string[] | undefined;
}

const MOST_SYSTEMS = 10;

/**
 * What is to be posted and where, as a plan.
 * @throws PulseError not_configured without a service for it, invalid_input without a text
 */
export async function postPlan(
  incident: Incident,
  wanted: PostWanted,
  outward: Pick<Outward, 'surfaces'>,
  deps: Deps,
): Promise<PostPlan> {
  const { audience } = wanted;
  const surfaces = chosen(wanted, outward);
  const safe = (text: string): string => deps.redact(cleanText(text)).text;
  const raw = wanted.text ?? draftedFor(incident, audience);
  const text = capText(safe(raw ?? '').trim(), CAPS.text).text;
  if (text === '') {
    throw new PulseError(
      'invalid_input',
      'there is nothing to post',
      `draft it first (draft_update with audience ${audience}), or pass text`,
    );
  }
  const systems = (wanted.systems ?? []).slice(0, MOST_SYSTEMS).map((one) => oneLine(safe(one), 100));
  const named = await Promise.all(
    surfaces.map(async (surface) => ({
      target: {
        ...{ service: surface.service, name: surface.name },
        opens: placeOf(incident, surface.service) === null,
        open_to_all: surface.audience === 'public' || (await visibilityOf(surface)) === 'public',
      },
      discloses: await discloses(incident, surface),
    })),
  );
  return {
    ...{ v: 1, action: 'post', incident: incident.uid, attempt: incident.attempt, audience, text, systems },
    title: titleOf(incident, audience, systems, safe),
    public_status: publicStatusOf(incident),
    targets: named.map(({ target }) => target),
    discloses: named.some((one) => one.discloses),
    made_at: isoOf(deps.clock.now()),
  };
}

export function messageOf({ text, audience, systems, public_status, title }: PostPlan): Message {
  return { text, audience, systems, public_status, title };
}

/** The incident's own title was written for insiders. */
function titleOf(
  incident: Incident,
  audience: PostPlan['audience'],
  systems: readonly string[],
  safe: (text: string) => string,
): string {
  if (audience !== 'public') return oneLine(`${incident.label} ${safe(incident.title)}`, CAPS.title);
  return systems.length === 0 ? 'Service disruption' : oneLine(`Disruption: ${systems.join(', ')}`, 120);
}

/** The last draft for these people. */
function draftedFor(incident: Incident, audience: PostPlan['audience']): string | undefined {
  return incident.recorded.findLast(
    ({ kind, data, basis }) =>
      (kind === 'update_drafted' || kind === 'noted') &&
      basis === 'measured' &&
      'drafted' in data &&
      'audience' in data &&
      data.audience === audience,
  )?.text;
}

function chosen({ audience, to }: PostWanted, { surfaces }: Pick<Outward, 'surfaces'>): Surface[] {
  const fitting = surfaces.filter((surface) => (surface.audience === 'public') === (audience === 'public'));
  const wanted =
    to === undefined
      ? fitting.filter(({ posts }) => posts !== 'never')
      : fitting.filter(({ service }) => to.includes(service));
  const missing = to?.filter((name) => !wanted.some(({ service }) => service === name)) ?? [];
  if (wanted.length > 0 && missing.length === 0) return wanted;
  const there = fitting.map(({ service }) => service);
  throw new PulseError(
    'not_configured',
    missing.length > 0
      ? `not connected for messages to this audience: ${missing.join(', ')}`
      : 'no service is connected that takes messages to this audience',
    `${there.length > 0 ? `connected: ${there.join(', ')}` : 'name a service in hotfix-pulse.config.json (docs/configuration.md)'}; hotfix-pulse doctor says what is missing. Or post it by hand and record it: record_timeline_event {"kind": "update_posted", "type": "${audience}"} with the text`,
  );
}
