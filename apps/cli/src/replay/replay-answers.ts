/** The JSON of the delivery gateway about replays, as far as the command line shows it. Instants are RFC 3339. */
export interface PlanAnswer {
  readonly kind: 'ReplayPlan';
  readonly id: string;
  readonly digest: string;
  readonly subscription: string;
  readonly state: string;
  readonly request: {
    readonly intent: string;
    readonly order: string;
    readonly from?: string;
    readonly to?: string;
    readonly reason: string;
    readonly ticket?: string;
  };
  readonly summary: {
    readonly queued: number;
    readonly skipped: Readonly<Record<string, number>>;
    readonly byType: Readonly<Record<string, number>>;
    readonly subjects: number;
    readonly oldestAt: string | null;
    readonly newestAt: string | null;
    readonly payloadExpired: number;
    readonly notAllowed: number;
    readonly duplicates: number;
    readonly personal: boolean;
    readonly limited: boolean;
    readonly estimatedMs: number;
  };
  readonly approval: { readonly needed: readonly string[]; readonly by: string | null; readonly reason: string | null };
  readonly requestedBy: string;
  readonly createdAt: string;
  readonly expiresAt: string;
  readonly run?: RunAnswer | null;
  readonly dryRun?: boolean;
}

/** A plan as a file: what makes it again, and what it held. */
export interface PlanFile {
  readonly kind: 'ReplayPlanExport';
  readonly digest: string;
  readonly request: Readonly<Record<string, unknown>>;
  readonly items: readonly ItemAnswer[];
}

export interface RunAnswer {
  readonly kind: 'ReplayRun';
  readonly id: string;
  readonly plan: string;
  readonly subscription: string;
  readonly state: 'running' | 'paused' | 'done' | 'cancelled';
  readonly pauseCause: string | null;
  readonly rate: number;
  readonly ramp: string;
  readonly step: number;
  readonly items: Readonly<Record<'total' | 'queued' | 'sending' | 'delivered' | 'failed' | 'skipped', number>>;
  readonly reasons: Readonly<Record<string, number>>;
  readonly startedBy: string;
  readonly startedAt: string;
  readonly endedAt: string | null;
  readonly dryRun?: boolean;
}

export interface ItemAnswer {
  readonly n: number;
  readonly eventId: string;
  readonly source: string;
  readonly type: string;
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly before: string;
  readonly state: string;
  readonly reason: string | null;
}

export interface VerificationAnswer {
  readonly kind: 'ReplayVerification';
  readonly run: string;
  readonly plan: string;
  readonly ok: boolean;
  readonly delivered: number;
  readonly failed: number;
  readonly skipped: number;
  readonly faults: number;
  /** Those that disagree. */
  readonly items: readonly {
    readonly n: number;
    readonly id: string;
    readonly before: string;
    readonly state: string;
    readonly after: string;
    readonly fault?: string;
  }[];
  /** Audit lines about events that are not in the plan: how many, and the first of them. */
  readonly outsideCount: number;
  readonly outside: readonly unknown[];
}
