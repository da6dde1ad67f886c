import { readFile } from 'node:fs/promises';
import { strictJson } from '@kruispunt/event';
import type { Organisation } from '@kruispunt/policy';
import { problem, type Problem } from '@kruispunt/problem';

const fileBytesMax = 1_048_576;

/** Reads who has a role that a token cannot tell; none without a file. Throws `invalid-request` at the start for a wrong file. */
export async function readOrganisations(file: string): Promise<readonly Organisation[]> {
  if (file === '') return [];
  const bytes = await readFile(file).catch((cause: unknown) => {
    throw unusable('cannot be read', cause);
  });
  const json = strictJson(bytes, { depthMax: 4, bytesMax: fileBytesMax });
  if (json.kind === 'refused') throw unusable(json.because.message, json.because);
  if (!Array.isArray(json.value) || !json.value.every(isOrganisation))
    throw unusable('is not a list of {"organisation", "roles", "sources"}');
  return json.value;
}

function isOrganisation(value: unknown): value is Organisation {
  if (typeof value !== 'object' || value === null) return false;
  const { organisation, roles, sources = [], ...rest } = value as Record<string, unknown>;
  return typeof organisation === 'string' && areTexts(roles) && areTexts(sources) && Object.keys(rest).length === 0;
}

const areTexts = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && value.every((v) => typeof v === 'string' && v !== '');

const unusable = (reason: string, cause?: unknown): Problem =>
  problem('invalid-request', { at: 'KP_PUBLISH_ORGANISATIONS_FILE', reason }, cause);
