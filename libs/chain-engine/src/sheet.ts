import type { ChainState } from './chain-state.js';
import type { Effect, Publication } from './effect.js';
import type { Input } from './input.js';
import { signalType, type Signals } from './signals.js';
import { uuid5 } from './uuid5.js';

type Writable<T> = { -readonly [K in keyof T]: T[K] };

/** What every signal tells of the instance, beside what is its own. */
type Told = 'procesId' | 'keten' | 'versie' | 'toestand' | 'tijdstipRegistratie';

/** The copy of an instance that one input writes on, and the effects so far; numbers and names what it tells. */
export class Sheet {
  readonly next: Writable<ChainState>;
  readonly effects: Effect[] = [];

  constructor(
    before: ChainState,
    readonly input: Input,
    readonly now: number,
  ) {
    this.next = { ...before, updatedAt: now };
  }

  /** The moment as payloads hold it. */
  get at(): string {
    return new Date(this.now).toISOString();
  }

  /** The event or the operator's act that caused this; undefined when a term did. */
  get cause(): string | undefined {
    return this.input.kind === 'timer' ? undefined : this.input.id;
  }

  /** Numbers a publication: its id is uuid5(instance, seq), so a second try after a crash tells the same thing. */
  emit(event: Pick<Publication, 'type' | 'subject' | 'data' | 'gemeente'>): string {
    const { id: instance, dossier } = this.next;
    const id = uuid5(String(++this.next.seq), instance);
    this.effects.push({ kind: 'publish', publication: { ...event, id, dossier, causation: this.cause } });
    return id;
  }

  /** Tells something of the instance itself; state, version and cause are added. */
  signal<S extends Exclude<keyof Signals, 'termijn-gesignaleerd'>>(
    signal: S,
    data: Omit<Signals[S], Told | 'oorzaakId'>,
  ): void {
    const { version, toestand } = this.next;
    this.tell(signal, { ...data, versie: version, toestand, oorzaakId: this.cause ?? null });
  }

  /** Tells that a term is near or has lapsed. */
  signalTerm(data: Omit<Signals['termijn-gesignaleerd'], Told>): void {
    this.tell('termijn-gesignaleerd', data);
  }

  private tell(signal: keyof Signals, data: object): void {
    const { id, chain, gemeente } = this.next;
    this.emit({
      type: signalType(signal),
      subject: `urn:kruispunt:keten:${id}`,
      data: { procesId: id, keten: chain, ...data, tijdstipRegistratie: this.at },
      gemeente,
    });
  }
}

/** A record without one of its names. */
export function without<T>(record: Readonly<Record<string, T>>, name: string): Readonly<Record<string, T>> {
  const { [name]: _, ...others } = record;
  return others;
}
