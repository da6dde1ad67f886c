/**
 * An event as it is sent and received (CloudEvents 1.0, JSON). `id` and `time` are filled in when they are missing; once an event has an
 * id it keeps it, so that a second sending is recognised. `subject` is required: it is the key that keeps the order.
 */
export interface CloudEvent<P = unknown> {
  readonly id?: string;
  readonly source: string;
  readonly type: string;
  readonly subject: string;
  readonly time?: string;
  readonly data: P;
  readonly [extension: string]: unknown;
}

/** An event as Kruispunt gives it: complete. */
export type ReceivedEvent<P = unknown> = CloudEvent<P> & {
  readonly specversion: '1.0';
  readonly id: string;
  readonly time: string;
};
