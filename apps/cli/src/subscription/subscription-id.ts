import { CliFailure, exits } from '../failure.js';
import type { Shell } from '../shell.js';

interface Named {
  readonly id: string;
  readonly name: string;
  readonly organisation: string;
}

/** The id of a subscription by its id, its name, or `organisation/name`. Exit 3 when there is none, 2 when there are several. */
export async function subscriptionId(shell: Shell, wanted: string): Promise<string> {
  if (/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(wanted)) return wanted;
  const { subscriptions } = await shell
    .gateway('deliveryGateway')
    .get<{ readonly subscriptions: readonly Named[] }>('/v1/subscriptions');
  const found = subscriptions.filter(
    ({ name, organisation }) => name === wanted || `${organisation}/${name}` === wanted,
  );
  if (found.length === 1) return found[0]!.id;
  if (found.length === 0)
    throw new CliFailure(exits.notFound, {
      nl: `geen abonnement "${wanted}"`,
      en: `no subscription "${wanted}"`,
    });
  throw new CliFailure(exits.usage, {
    nl: `${found.length} abonnementen heten "${wanted}": schrijf organisatie/naam`,
    en: `${found.length} subscriptions are called "${wanted}": write organisation/name`,
  });
}
