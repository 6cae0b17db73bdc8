import type { Incident } from '../incident.ts';
import type { Message } from './sending.ts';

/** Marker of the incident itself, or of one message about it. Hidden wherever the service can hide it. */
export function markerFor(uid: string, key?: string): string {
  return key === undefined ? `<!-- hotfix-pulse:${uid} -->` : `<!-- hotfix-pulse:${uid}:${key} -->`;
}

/** Known or suspected to be about security: it is nobody's business but the team's until a person says so. */
export function isAboutSecurity(incident: Incident): boolean {
  const value = incident.facts.get('security')?.value;
  return value === 'yes' || value === 'suspected' || incident.facts.get('data')?.value === 'exposed';
}

const PUBLIC: Record<Incident['status'], Message['public_status']> = {
  investigating: 'investigating',
  identified: 'identified',
  mitigated: 'monitoring',
  monitoring: 'monitoring',
  resolved: 'resolved',
  closed: 'resolved',
  cancelled: 'resolved',
};

/** What a status page calls where the incident stands. Source: domain page, section 3. */
export function publicStatusOf({ status }: Incident): Message['public_status'] {
  return PUBLIC[status];
}
