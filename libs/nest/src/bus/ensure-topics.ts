import { topics } from '@kruispunt/contracts';
import type { KafkaDriver } from '@kruispunt/kafka';
import { attr, type Log } from '@kruispunt/telemetry';

/** Makes the topics of the catalogue that are missing; says of the others what differs from it. Any process may do this at its start. */
export async function ensureTopics(driver: KafkaDriver, log: Log): Promise<void> {
  const admin = await driver.admin();
  try {
    const differences = await admin.ensureTopics(topics);
    if (differences.length > 0) log.warn('topics differ from the catalogue', { [attr.reason]: differences.join('; ') });
  } finally {
    await admin.close();
  }
}
