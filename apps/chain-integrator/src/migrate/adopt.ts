import { randomUUID } from 'node:crypto';
import { adoption, checkPlan, type ChainDefinition, type MigrationPlan } from '@kruispunt/chain-engine';
import type { Clock } from '@kruispunt/clock';
import type { Database, PostgresChainOrders } from '@kruispunt/postgres';
import { problem } from '@kruispunt/problem';

/** The plans of versions that adopt earlier ones. Throws `conflict` when a version changes more than it may to do so. */
export function adoptions(definitions: readonly ChainDefinition[]): readonly MigrationPlan[] {
  const plans = definitions.flatMap((to) =>
    (to.adopts ?? []).flatMap((version) =>
      definitions.filter((d) => d.name === to.name && d.version === version).map((from) => adoption(from, to)),
    ),
  );
  for (const plan of plans) {
    const findings = checkPlan(plan);
    if (findings.length > 0)
      throw problem('conflict', { reason: `${plan.name} is not compatible: ${findings.join('; ')}` });
  }
  return plans;
}

/** At the start: what runs under an adopted version goes on under the adopting one, by an order like any other. Answers how many. */
export async function adopt(
  plans: readonly MigrationPlan[],
  {
    database,
    store,
    clock,
  }: { readonly database: Database; readonly store: PostgresChainOrders; readonly clock: Clock },
): Promise<number> {
  let adopted = 0;
  for (const { name, hash, from } of plans) {
    const scope = { kind: 'pinned', definition: from.hash } as const;
    await database.transaction(async (tx) => {
      const id = randomUUID();
      const items = await store.freeze(tx, id, scope);
      if (items === 0) return;
      adopted += items;
      const reason = `${from.name}: a compatible version adopts version ${from.version}`;
      const mandate = { actor: 'chain-integrator', organisation: from.owner, role: 'repair', reason } as const;
      const asked = new Date(clock.now());
      await store.put(tx, {
        ...{
          id,
          verb: 'migrate',
          args: { plan: name, hash },
          scope,
          mandate,
          digest: hash,
          state: 'RUNNING',
          items,
          asked,
        },
      });
    });
  }
  return adopted;
}
