import { type Incident, isContained, lastOf, standingDeploy, standingResolution } from './incident.ts';

const PULSE_STEPS = [
  'reported',
  'confirmed and triaged',
  'contained',
  'repaired and deployed',
  'verified and stable',
] as const;

export interface Pulse {
  /** 1 to 5. */
  dots: number;
  closed: boolean;
  /** `🟢🟢⚪️⚪️⚪️`, with a tick when closed. */
  meter: string;
  /** What the last green dot stands for. */
  step: (typeof PULSE_STEPS)[number];
}

/** The pulse meter. Source: seed 000, read as domain page section 3 says. */
export function pulseOf(incident: Incident): Pulse {
  const closed = incident.status === 'closed';
  const resolved = standingResolution(incident);
  const deploy = standingDeploy(incident);
  // What did not end the harm no longer counts once the incident was reopened.
  const reopened = lastOf(incident, 'reopened')?.id ?? '';
  const stable = resolved && lastOf(incident, 'stability_confirmed', (event) => event.id > resolved.id);
  const reached = [
    true,
    incident.severity?.confirmed === true,
    isContained(incident),
    (deploy !== null && deploy.id > reopened) || resolved !== null,
    closed || Boolean(stable),
  ];
  const dots = reached.lastIndexOf(true) + 1;
  const meter = '🟢'.repeat(dots) + '⚪️'.repeat(5 - dots) + (closed ? '✅' : '');
  return { dots, closed, meter, step: PULSE_STEPS[dots - 1] ?? PULSE_STEPS[0] };
}
