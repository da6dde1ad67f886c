import { addDays, type CivilDate } from './civil-date.js';
import { dueDate } from './due-date.js';
import { explain } from './explain.js';
import { termState, type Term } from './term.js';

/** A term as somebody wants it in a calendar. `uid` stays the same when its last day moves: the calendar then moves the entry. */
export interface CalendarEntry {
  readonly uid: string;
  readonly title: string;
  readonly term: Term;
}

/** Octets of a content line before it is folded (RFC 5545 §3.1). */
const lineOctetsMax = 75;

/**
 * The last days of running terms as an iCalendar (RFC 5545): one whole day each, free, with its explanation. A term that stands
 * still or has ended has no last day to come and is left out. `at`: when the calendar is made, ms since the epoch.
 */
export function toIcs(entries: readonly CalendarEntry[], at: number): string {
  const stamp = new Date(at).toISOString().replaceAll(/[-:]|\.\d+/g, '');
  const lines = [
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    'PRODID:-//Kruispunt//termijnen//NL',
    'CALSCALE:GREGORIAN',
    ...entries.flatMap((entry) => event(entry, stamp)),
    'END:VCALENDAR',
  ];
  return lines.map((line) => `${fold(line)}\r\n`).join('');
}

function event({ uid, title, term }: CalendarEntry, stamp: string): readonly string[] {
  const due = dueDate(term);
  if (due === undefined || termState(term) !== 'running') return [];
  return [
    'BEGIN:VEVENT',
    `UID:${escaped(uid)}`,
    `DTSTAMP:${stamp}`,
    `SEQUENCE:${term.ledger.length}`,
    `DTSTART;VALUE=DATE:${compact(due)}`,
    `DTEND;VALUE=DATE:${compact(addDays(due, 1))}`,
    `SUMMARY:${escaped(title)}`,
    `DESCRIPTION:${escaped(explain(term).join('\n'))}`,
    'TRANSP:TRANSPARENT',
    'END:VEVENT',
  ];
}

const compact = (date: CivilDate): string => date.replaceAll('-', '');

/** Text values escape backslash, semicolon, comma and line break (RFC 5545 §3.3.11). */
const escaped = (text: string): string => text.replaceAll(/[\\;,]/g, '\\$&').replaceAll(/\r?\n/g, '\\n');

/** A long line goes on after a line break and one space, never inside a character. */
function fold(line: string): string {
  let folded = '';
  let octets = 0;
  for (const character of line) {
    const size = octetsOf(character);
    if (octets + size > lineOctetsMax) {
      folded += '\r\n ';
      octets = 1;
    }
    folded += character;
    octets += size;
  }
  return folded;
}

/** Octets of one character in UTF-8. */
function octetsOf(character: string): number {
  const point = character.codePointAt(0) ?? 0;
  return point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x1_0000 ? 3 : 4;
}
