import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Meeting, renderIcs } from '../../src/core/ics.ts';

const meeting: Meeting = {
  uid: '01K00000000000000000000000-postmortem',
  sequence: 2,
  stamp: '2026-01-05T15:25:30.250Z',
  start: '2026-01-06T10:00:00+01:00',
  minutes: 45,
  summary: 'Postmortem: a, b; c\\d',
  description: 'one\ntwo',
  location: 'https://meet.example/1',
  attendees: ['ana@example.com'],
};
const unfolded = (text: string): string[] => text.replaceAll('\r\n ', '').trimEnd().split('\r\n');

describe('a calendar file', () => {
  it('is one event in UTC, texts escaped', () => {
    expect(unfolded(renderIcs(meeting))).toEqual([
      'BEGIN:VCALENDAR',
      'VERSION:2.0',
      'PRODID:-//hotfix-pulse//postmortem meeting//EN',
      'BEGIN:VEVENT',
      'UID:01K00000000000000000000000-postmortem',
      'DTSTAMP:20260105T152530Z',
      'SEQUENCE:2',
      'DTSTART:20260106T090000Z',
      'DTEND:20260106T094500Z',
      'SUMMARY:Postmortem: a\\, b\\; c\\\\d',
      'DESCRIPTION:one\\ntwo',
      'LOCATION:https://meet.example/1',
      'ATTENDEE;ROLE=REQ-PARTICIPANT;RSVP=TRUE:mailto:ana@example.com',
      'END:VEVENT',
      'END:VCALENDAR',
    ]);
  });

  it('leaves out what nobody said', () => {
    const text = renderIcs({ ...meeting, location: null, attendees: [] });
    expect(text).not.toMatch(/LOCATION|ATTENDEE|ORGANIZER/);
  });

  it('ends every line with CRLF, folds at 75 octets and loses nothing', () => {
    const any = fc.string({ unit: fc.constantFrom(...'aé🔴 ,;\\\n\r\t\u0007日'), maxLength: 300 });
    fc.assert(
      fc.property(any, any, (summary, description) => {
        const text = renderIcs({ ...meeting, summary, description });
        expect(text.replaceAll('\r\n', '')).not.toMatch(/[\r\n\u0007]/);
        for (const line of text.split('\r\n')) expect(Buffer.byteLength(line)).toBeLessThanOrEqual(75);
        const told =
          unfolded(text)
            .find((line) => line.startsWith('DESCRIPTION:'))
            ?.slice(12) ?? '';
        const read = told.replace(/\\(.)/g, (_, char: string) => (char === 'n' ? '\n' : char));
        expect(read).toBe(description.replace(/\r\n?/g, '\n').replaceAll('\u0007', ''));
      }),
    );
  });
});
