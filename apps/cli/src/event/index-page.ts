/** A page of the event index, the newest first. Instants are RFC 3339. */
export interface IndexPage {
  readonly events: readonly {
    readonly topic: string;
    readonly partition: number;
    readonly offset: number;
    readonly eventId: string;
    readonly source: string;
    readonly type: string;
    readonly key: string;
    readonly time: string;
    readonly loggedAt: string;
    readonly valueSha256: string;
    readonly organisation?: string;
  }[];
  readonly next?: string;
}
