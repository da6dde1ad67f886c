import type { Subscription } from '@kruispunt/delivery';

/** A subscription as the API shows it: what the server applies, not what was asked. Instants as RFC 3339. */
export function subscriptionView(
  s: Subscription,
  keys: readonly { readonly version: number; readonly key: string }[] = [],
): Readonly<Record<string, unknown>> {
  const { org, endpoint, circuit, rev, ...rest } = s;
  return {
    ...rest,
    organisation: org,
    ...(endpoint && {
      endpoint: {
        url: endpoint.url,
        profile: endpoint.profile,
        ...(endpoint.replayFrom !== undefined && { replayFrom: new Date(endpoint.replayFrom).toISOString() }),
        exceptions: endpoint.exceptions.map(({ until, ...entry }) => ({
          ...entry,
          until: new Date(until).toISOString(),
        })),
        ...(keys.length > 0 && { keys }),
      },
    }),
    circuit: { kind: circuit?.kind ?? 'closed' },
    revision: rev,
  };
}
