/** The JSON of the delivery gateway about parked events, as far as the command line shows it. Instants are RFC 3339. */
export interface ParkedItem {
  readonly id: string;
  readonly subscription: string;
  readonly name: string;
  readonly organisation: string;
  readonly eventId: string;
  readonly source: string;
  readonly type: string;
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly attempts: number;
  readonly group: string;
  readonly error: { readonly class: string; readonly reason: string };
  readonly parkedAt: string;
  readonly note: string | null;
  readonly assignee?: string | null;
  readonly discardedUntil?: string | null;
  readonly discardedBy?: string | null;
  readonly discardReason?: string | null;
  readonly copyKept: boolean;
}

/** What is not the same in all of a group is null. */
export interface ParkedGroup {
  readonly group: string;
  readonly subscription: string | null;
  readonly name: string | null;
  readonly type: string | null;
  readonly error: ParkedItem['error'] | null;
  readonly count: number;
  readonly keys: number;
  readonly subscriptions: number;
  readonly firstAt: string;
  readonly lastAt: string;
  readonly note: string | null;
  readonly assignee: string | null;
}

export interface ParkedActAnswer {
  readonly kind: 'ParkedAct';
  readonly verb: string;
  readonly dryRun: boolean;
  readonly events: number;
  readonly keysFreed: number;
  readonly eventsBehind: number;
  readonly restorableUntil: string | null;
  readonly subscriptions: readonly { readonly subscription: string; readonly name: string; readonly events: number }[];
}
