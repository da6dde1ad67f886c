import { count, defineConfig, list, milliseconds, port, text } from '@kruispunt/config';

/** The settings of the delivery gateway, beside those of the platform. */
export const config = defineConfig({
  port: port({ env: 'KP_DELIVERY_GATEWAY_PORT', default: 17_411, doc: 'The port subscribers and operators talk to.' }),
  group: text({
    env: 'KP_DELIVERY_GROUP',
    default: 'kruispunt.delivery',
    doc: 'The Kafka group that shares the partitions; one per database.',
  }),
  topics: list({
    env: 'KP_DELIVERY_TOPICS',
    default: [],
    doc: 'The topics to deliver from; empty: all of the catalogue.',
  }),
  deadlineMs: milliseconds({
    env: 'KP_DELIVERY_DEADLINE_MS',
    default: 15_000,
    doc: 'One attempt, from connect to last byte.',
  }),
  flushMs: milliseconds({
    env: 'KP_DELIVERY_FLUSH_MS',
    default: 500,
    doc: 'How long outcomes may wait for their commit: what a crash may repeat.',
  }),
  flushOutcomes: count({
    env: 'KP_DELIVERY_FLUSH_OUTCOMES',
    default: 500,
    doc: 'How many outcomes may wait for their commit.',
  }),
  ladderFirstMs: milliseconds({
    env: 'KP_DELIVERY_LADDER_FIRST_MS',
    default: 25_000,
    doc: 'The first pause of the retry ladder; each next one is four times as long.',
  }),
  ladderCapMs: milliseconds({
    env: 'KP_DELIVERY_LADDER_CAP_MS',
    default: 52_000_000,
    doc: 'The longest pause of the retry ladder.',
  }),
  ladderRetriesMax: count({ env: 'KP_DELIVERY_LADDER_RETRIES', default: 7, doc: 'Retries before an event is parked.' }),
  ladderOverloadMs: milliseconds({
    env: 'KP_DELIVERY_LADDER_OVERLOAD_MS',
    default: 60_000,
    doc: 'Added to the pause when a receiver says it is overloaded.',
  }),
  duplicateWindow: count({
    env: 'KP_DELIVERY_DUPLICATE_WINDOW',
    default: 1_000_000,
    doc: 'Event ids remembered per partition, against events published twice.',
  }),
  protocolLeaseMs: milliseconds({
    env: 'KP_DELIVERY_PROTOCOL_LEASE_MS',
    default: 5_000,
    doc: 'How long a process may decide by the protocols it read without hearing that they still stand; at most this long does a withdrawal wait for one that is gone.',
  }),
  silentMs: milliseconds({
    env: 'KP_DELIVERY_SILENT_MS',
    default: 2_592_000_000,
    doc: 'How long a subscription may match nothing, while others with the same event types do, before an alarm says so.',
  }),
  remindDays: count({
    env: 'KP_DELIVERY_REMIND_DAYS',
    default: 30,
    doc: 'How many days before its end a registration in the repertorium is reminded of.',
  }),
  catchUpReadersMax: count({
    env: 'KP_DELIVERY_CATCH_UP_READERS',
    default: 4,
    doc: 'Readers at work for subscriptions that are behind.',
  }),
  refreshMs: milliseconds({
    env: 'KP_DELIVERY_REFRESH_MS',
    default: 1_000,
    doc: 'How often changed subscriptions, protocols and released keys are looked for.',
  }),
  retentionWatchMs: milliseconds({
    env: 'KP_DELIVERY_RETENTION_WATCH_MS',
    default: 60_000,
    doc: 'How often is looked for subscriptions that retention is about to pass by.',
  }),
});
