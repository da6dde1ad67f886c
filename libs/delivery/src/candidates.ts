import type { StoredEvent } from '@kruispunt/event';
import { civilDate, territoryOf, wishedTerritory, type Municipalities } from '@kruispunt/policy';
import type { Matcher } from './match.js';

/** Without a merger table a code is only itself. */
const noMergers: Municipalities = new Map();
const nobody: readonly Matcher[] = [];

/** Those that ask for one type, by what an event must bring besides to concern them. */
interface OfType {
  readonly all: Matcher[];
  /** Nothing besides: whatever their filter says is asked of each. */
  readonly everywhere: Matcher[];
  /** A municipality, by each code they ask for. */
  readonly byNis: Map<string, Matcher[]>;
  /** A registered subject, by subscription. */
  readonly registered: Map<string, Matcher>;
}

/**
 * Subscriptions by event type, territory and repertorium: an event looks at those it may concern, and ten thousand others cost it nothing.
 * What it leaves out, `match` would have answered with `no`.
 */
export class Candidates {
  private readonly byType = new Map<string, OfType>();
  private readonly wished = new Map<string, readonly [code: string]>();

  constructor(
    matchers: Iterable<Matcher>,
    private readonly municipalities = noMergers,
  ) {
    for (const matcher of matchers) for (const type of new Set(matcher.subscription.types)) this.add(type, matcher);
  }

  /** All that ask for a type; the same list each time. */
  all(type: string): readonly Matcher[] {
    return this.byType.get(type)?.all ?? nobody;
  }

  /** Those that an event of a type may concern, each once. `registered`: the subscriptions for which a subject of it is registered. */
  of(type: string, event: StoredEvent, registered: ReadonlySet<string>): readonly Matcher[] {
    const known = this.byType.get(type);
    if (known === undefined) return nobody;
    const { everywhere, byNis } = known;
    const placed = byNis.size === 0 ? nobody : this.placed(known, event);
    const subjects = [...registered].flatMap((id) => known.registered.get(id) ?? []);
    return placed.length + subjects.length === 0 ? everywhere : [...everywhere, ...placed, ...subjects];
  }

  private placed({ all, byNis }: OfType, event: StoredEvent): readonly Matcher[] {
    const named = territoryOf(event.envelope, event.envelope.data);
    // Nobody can tell where it belongs: everybody who asks for a place is asked.
    if (named.length === 0) return all.filter(isPlaced);
    // Who follows whom is told the same way from both sides: a code is wished by those whom it would wish.
    const day = civilDate(event.loggedAt);
    const codes = new Set(named.flatMap((code) => [...wishedTerritory(this.alone(code), day, this.municipalities)]));
    const found = [...codes].flatMap((code) => byNis.get(code) ?? []);
    return codes.size === 1 ? found : [...new Set(found)];
  }

  /** The same list for the same code, so that what it wishes is remembered. */
  private alone(code: string): readonly [code: string] {
    const known = this.wished.get(code);
    if (known) return known;
    if (this.wished.size >= codesMax) this.wished.clear();
    const list = [code] as const;
    this.wished.set(code, list);
    return list;
  }

  private add(type: string, matcher: Matcher): void {
    const known: OfType = this.byType.get(type) ?? { all: [], everywhere: [], byNis: new Map(), registered: new Map() };
    this.byType.set(type, known);
    known.all.push(matcher);
    const { id, nis, subjects } = matcher.subscription;
    if (subjects === 'registered') known.registered.set(id, matcher);
    else if (nis === undefined) known.everywhere.push(matcher);
    else
      for (const code of new Set(nis)) {
        const there = known.byNis.get(code);
        if (there) there.push(matcher);
        else known.byNis.set(code, [matcher]);
      }
  }
}

/** Payloads are not bound to the codes that exist. */
const codesMax = 5_000;

const isPlaced = ({ subscription: { nis, subjects } }: Matcher): boolean => nis !== undefined && subjects === 'all';
