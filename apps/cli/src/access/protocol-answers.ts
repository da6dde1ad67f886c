/** A protocol as the gateway shows it. */
export interface ProtocolAnswer {
  readonly id: string;
  readonly version: number;
  readonly parties: readonly { readonly organisation: string; readonly namens?: readonly string[] }[];
  readonly hoedanigheid: string;
  readonly purpose: string;
  readonly legalGround: string;
  readonly eventTypes: readonly string[];
  readonly fieldsPerType: Readonly<Record<string, readonly string[]>>;
  readonly fetchFields: Readonly<Record<string, readonly string[]>>;
  readonly territory: 'all' | readonly string[];
  readonly subjectScope: string;
  readonly validFrom: string;
  readonly validTo: string | null;
  readonly channels: 'all' | readonly string[];
  readonly withdrawn: boolean;
  readonly supersededBy?: number;
}

export interface ProposalAnswer {
  readonly protocol: ProtocolAnswer;
  readonly replaces?: number;
  readonly digest: string;
  readonly state: string;
  readonly proposedBy: string;
  readonly reason: string;
  readonly proposedAt: string;
  readonly decidedBy?: string;
  readonly decidedAt?: string;
  readonly decisionReason?: string;
}

export interface HistoryAnswer {
  readonly protocol: ProtocolAnswer;
  readonly proposedBy: string;
  readonly approvedBy: string | null;
  readonly reason: string;
  readonly inForceAt: string;
  readonly endedBy: string | null;
  readonly endedAt: string | null;
  readonly endReason: string | null;
}

export interface ActAnswer {
  readonly id: string;
  readonly version: number;
  readonly dryRun: boolean;
  readonly proposal?: ProposalAnswer;
  readonly effects: readonly {
    readonly subscription: string;
    readonly name: string;
    readonly organisation: string;
    readonly differences: readonly {
      readonly of: string;
      readonly type?: string;
      readonly gained: readonly string[];
      readonly lost: readonly string[];
    }[];
  }[];
}
