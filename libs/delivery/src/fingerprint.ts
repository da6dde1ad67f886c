import { createHash } from 'node:crypto';
import type { DeliveryError } from './next-attempt.js';

/** What makes two failures one group: error class, status, event type, subscription (delivery.md §4). */
export interface FailureFacts {
  readonly error: DeliveryError;
  readonly type: string;
  readonly subscription: string;
}

/** 16 bytes that are equal for failures of one group. */
export const fingerprint = ({ error, type, subscription }: FailureFacts): Uint8Array =>
  createHash('sha256')
    .update(JSON.stringify([error.class, error.status ?? null, type, subscription]))
    .digest()
    .subarray(0, 16);
