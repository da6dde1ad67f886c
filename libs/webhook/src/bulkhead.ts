const knownMax = 20_000;

/** Leaves the place that was taken; once. */
export type Leave = () => void;

/**
 * How many requests the whole process has open at one host: many subscriptions behind one host must not take everything there is
 * from the others.
 */
export class Bulkhead {
  private readonly open = new Map<string, number>();
  private readonly hosts = new Map<string, string>();

  constructor(private readonly perHostMax: number) {}

  /** A place at the host of this URL; undefined when all are taken. */
  enter(url: string): Leave | undefined {
    const host = this.hostOf(url);
    const open = this.open.get(host) ?? 0;
    if (open >= this.perHostMax) return undefined;
    this.open.set(host, open + 1);
    let left = false;
    return () => {
      if (left) return;
      left = true;
      const now = this.open.get(host)! - 1;
      if (now === 0) this.open.delete(host);
      else this.open.set(host, now);
    };
  }

  /** To take a URL apart costs more than to look it up. */
  private hostOf(url: string): string {
    const known = this.hosts.get(url);
    if (known !== undefined) return known;
    const host = URL.canParse(url) ? new URL(url).host : url;
    if (this.hosts.size >= knownMax) this.hosts.clear();
    this.hosts.set(url, host);
    return host;
  }
}
