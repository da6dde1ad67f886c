import { findInsz, isTestInsz } from '@kruispunt/event';

/**
 * Where a payload holds a national number that is not a test number: a JSON Pointer, or undefined when it holds none. Looks into
 * texts, whole numbers and names of fields. The payload has been read already, so its depth is bounded.
 */
export function realInszAt(payload: unknown, at = ''): string | undefined {
  if (typeof payload === 'string') return holdsReal(payload) ? at : undefined;
  if (typeof payload === 'number')
    return Number.isInteger(payload) && holdsReal(String(payload).padStart(11, '0')) ? at : undefined;
  if (typeof payload !== 'object' || payload === null) return undefined;
  for (const [name, value] of Object.entries(payload)) {
    if (holdsReal(name)) return `${at}/***`;
    const found = realInszAt(value, `${at}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`);
    if (found !== undefined) return found;
  }
  return undefined;
}

const holdsReal = (text: string): boolean => findInsz(text).some((digits) => !isTestInsz(digits));
