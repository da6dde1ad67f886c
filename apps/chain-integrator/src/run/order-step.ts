import type { ChainDefinition, ChainState, HistoryRow, Item, MigrationPlan } from '@kruispunt/chain-engine';
import type { SchemaIds } from '@kruispunt/contracts';
import type { LogRecord } from '@kruispunt/event';
import type { OrderItem, PauseKind, WaitingInput } from '@kruispunt/postgres';

/** A parked event as the log gave it. */
export interface ParkedRecord {
  readonly chain: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly value: Uint8Array;
}

/** What must be read before an order can be carried out: only for the verbs that need it. */
export interface Facts {
  readonly part: number;
  readonly partitions: number;
  readonly definitions: readonly ChainDefinition[];
  readonly schemaIds: SchemaIds;
  readonly waiting: ReadonlyMap<string, readonly WaitingInput[]>;
  readonly plans: readonly MigrationPlan[];
  readonly states: ReadonlyMap<string, ChainState>;
  readonly now: number;
  readonly histories: ReadonlyMap<string, readonly HistoryRow[]>;
  readonly parked: ParkedRecord | undefined;
}

/** What one item of an order comes to. */
export interface Step {
  readonly item: OrderItem;
  readonly items: readonly Item[];
  readonly unblocked?: readonly string[];
  readonly records?: readonly LogRecord[];
  /** The incident that is closed when its input went through, or at once. */
  readonly closes?: { readonly n: number; readonly outcome: string };
  readonly pauses?: { readonly kind: PauseKind; readonly key: string; readonly ends: boolean };
  /** Whose before and after are kept; the instance of the item when left out. */
  readonly shows?: string;
}
