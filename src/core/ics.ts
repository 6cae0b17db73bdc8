import { isoOf, MINUTE, msOf } from './time.ts';
import { utf8Length } from './untrusted.ts';

/** One meeting, as a calendar needs it. */
export interface Meeting {
  /** Stays the same when the meeting moves. */
  uid: string;
  /** How often it was changed before. */
  sequence: number;
  /** When the file was made, RFC 3339. */
  stamp: string;
  start: string;
  minutes: number;
  summary: string;
  description: string;
  location: string | null;
  /** Mail addresses. */
  attendees: readonly string[];
}

/** Source: RFC 5545, 3.1: a line holds at most 75 octets without its line break. */
const MAX_OCTETS = 75;

/** A calendar file with one meeting. Source: RFC 5545. */
export function renderIcs(meeting: Meeting): string {
  const end = isoOf(msOf(meeting.start) + meeting.minutes * MINUTE);
  const lines = [
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    'PRODID:-//hotfix-pulse//postmortem meeting//EN',
    'BEGIN:VEVENT',
    `UID:${meeting.uid}`,
    `DTSTAMP:${utcStamp(meeting.stamp)}`,
    `SEQUENCE:${meeting.sequence}`,
    `DTSTART:${utcStamp(meeting.start)}`,
    `DTEND:${utcStamp(end)}`,
    `SUMMARY:${escaped(meeting.summary)}`,
    `DESCRIPTION:${escaped(meeting.description)}`,
    ...(meeting.location === null ? [] : [`LOCATION:${escaped(meeting.location)}`]),
    ...meeting.attendees.map((mail) => `ATTENDEE;ROLE=REQ-PARTICIPANT;RSVP=TRUE:mailto:${mail}`),
    'END:VEVENT',
    'END:VCALENDAR',
  ];
  return lines.map((line) => `${folded(line)}\r\n`).join('');
}

/** `20260106T100000Z` */
function utcStamp(iso: string): string {
  return `${isoOf(msOf(iso)).slice(0, 19).replace(/[-:]/g, '')}Z`;
}

/** Source: RFC 5545, 3.3.11. Other control characters may not stand in a text at all. */
function escaped(text: string): string {
  return text
    .replace(/\r\n?/g, '\n')
    .replace(/[\u0000-\u0008\u000b-\u001f\u007f]/g, '')
    .replace(/[\\;,]/g, '\\$&')
    .replaceAll('\n', '\\n');
}

/** Broken between characters, never inside one; a further line begins with a space, which counts. */
function folded(line: string): string {
  const lines: string[] = [];
  let current = '';
  let octets = 0;
  for (const char of line) {
    const size = utf8Length(char);
    if (octets + size > MAX_OCTETS) {
      lines.push(current);
      current = ' ';
      octets = 1;
    }
    current += char;
    octets += size;
  }
  return [...lines, current].join('\r\n');
}
