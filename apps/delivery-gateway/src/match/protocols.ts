import { protocolName, type Protocol } from '@kruispunt/policy';

/** The protocols in memory, refreshed every second or so: a withdrawn one stops what leaves within that time. */
export class Protocols {
  private byName: ReadonlyMap<string, Protocol> = new Map();

  constructor(private readonly store: { list(): Promise<readonly Protocol[]> }) {}

  async refresh(): Promise<void> {
    this.byName = new Map((await this.store.list()).map((protocol) => [protocolName(protocol), protocol]));
  }

  /** undefined when the subscription names none, or one that does not exist: then only OPEN data may leave. */
  find(subscription: { readonly protocol?: string; readonly protocolVersion?: number }): Protocol | undefined {
    const { protocol: id, protocolVersion: version } = subscription;
    return id === undefined || version === undefined ? undefined : this.byName.get(protocolName({ id, version }));
  }
}
