import { CliFailure, exits } from '../failure.js';
import type { Shell } from '../shell.js';

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** The instance that a word means: its id, or the dossier of exactly one. Exit 3 when there is none, 2 when there are several. */
export async function findInstance(shell: Shell, word: string): Promise<string> {
  if (uuid.test(word)) return word.toLowerCase();
  const { instances } = await shell
    .gateway('chainIntegrator')
    .get<{ readonly instances: readonly { readonly id: string }[] }>('/v1/instances', { dossier: word });
  if (instances.length > 1) {
    throw new CliFailure(exits.usage, {
      nl: `${word} heeft ${instances.length} ketens: geef de id (kruispunt chain show ${word})`,
      en: `${word} has ${instances.length} chains: give the id (kruispunt chain show ${word})`,
    });
  }
  const [found] = instances;
  if (!found)
    throw new CliFailure(exits.notFound, { nl: `geen keten met dossier ${word}`, en: `no chain with dossier ${word}` });
  return found.id;
}
