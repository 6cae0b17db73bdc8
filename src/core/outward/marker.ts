/** What a marker names: the incident, and the message where it is of one. */
export interface MarkerParts {
  uid: string;
  key: string | null;
}

const MARKER = /^<!-- hotfix-pulse:([0-9A-HJKMNP-TV-Z]{26})(?::([^\s:][^\s]{0,150}))? -->$/;

/** For services that keep a marker in another form than a hidden comment; null for what is no marker. */
export function markerParts(marker: string): MarkerParts | null {
  const match = MARKER.exec(marker);
  return match?.[1] === undefined ? null : { uid: match[1], key: match[2] ?? null };
}
