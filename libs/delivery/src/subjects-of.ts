import { subjectKey, type StoredEvent } from '@kruispunt/event';

/** Payload fields that name persons by pseudonym (schemas/): a registration may be on any of them. */
const subjectFields = [
  'subjectPseudoniem',
  'subjectPseudoniemen',
  'betrokkenen',
  'oudSubjectPseudoniem',
  'nieuwSubjectPseudoniem',
] as const;

/** Every subject an event is about, as repertorium keys: its own key first, then the persons its payload names. No duplicates. */
export function subjectsOf(event: Pick<StoredEvent, 'envelope' | 'key'>): readonly string[] {
  const { subject, data } = event.envelope;
  const payload = typeof data === 'object' && data !== null ? (data as Readonly<Record<string, unknown>>) : {};
  const named = subjectFields
    .flatMap((field) => payload[field] ?? [])
    .filter((v): v is string => typeof v === 'string');
  const own = subject === undefined ? [] : [subject];
  return [...new Set([event.key, ...[...own, ...named].map(subjectKey)])].filter((key) => key !== '');
}
