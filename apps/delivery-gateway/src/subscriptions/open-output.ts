import type { Output } from '@kruispunt/delivery';
import type { Granted, LogAdmin } from '@kruispunt/kafka';

const partitions = 3;
/** As long as a reader may be away; what it was given stands in the audit trail. */
const retentionMs = 7 * 86_400_000;

/** The topic of a KAFKA subscription: `out.<organisation>.<subscription>`. */
export const outputTopic = (organisation: string, subscription: string): string =>
  `out.${organisation.replace(/[^A-Za-z0-9_-]/g, '_')}.${subscription}`;

/**
 * Makes the topic, readable by its principal alone. `no-authorizer`: this broker asks nobody for rights, and whoever reaches it reads:
 * the subscription says so. Throws `log-unavailable`.
 */
export async function openOutput(admin: LogAdmin, { topic, principal }: Output): Promise<Granted> {
  await admin.ensureTopics([{ name: topic, partitions, retentionMs }]);
  return admin.grantRead(topic, principal);
}
