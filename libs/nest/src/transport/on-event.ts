import { Catch, UseFilters, type RpcExceptionFilter } from '@nestjs/common';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import { throwError, type Observable } from 'rxjs';
import type { EventType } from '@kruispunt/contracts';
import type { StoredEvent } from '@kruispunt/event';
import type { Tx } from '@kruispunt/postgres';

/** What a handler gets beside its events. What it does through `tx` commits together with the position, or not at all. */
export interface EventContext {
  readonly consumer: string;
  readonly topic: string;
  readonly partition: number;
  readonly tx: Tx;
}

type PayloadOf<T> = T extends EventType<infer P> ? P : never;
type EventHandler<P> = (events: readonly StoredEvent<P>[], context: EventContext) => Promise<void> | void;

/** Keeps what a handler throws: the framework's own filter would turn it into "Internal server error". */
@Catch()
class KeepThrown implements RpcExceptionFilter {
  catch(thrown: unknown): Observable<never> {
    return throwError(() => thrown);
  }
}

/**
 * Hands the events of these types to the method, as stretches of one partition in log order, each event once. The method's first
 * parameter is typed by the contract. Throwing means: these were not handled; see `HandOver` for what happens then.
 *
 *     @OnEvent(ev.AdreswijzigingAangegevenV1)
 *     async onMove(moves: readonly StoredEvent<AdreswijzigingAangegevenV1>[], { tx }: EventContext): Promise<void> { … }
 */
export const OnEvent =
  <const T extends readonly EventType[]>(...types: T) =>
  <H extends EventHandler<PayloadOf<T[number]>>>(
    target: object,
    name: string | symbol,
    method: TypedPropertyDescriptor<H>,
  ): void => {
    EventPattern<string[]>(types.map((type) => type.type))(target, name, method as TypedPropertyDescriptor<unknown>);
    Payload()(target, name, 0);
    Ctx()(target, name, 1);
    UseFilters(new KeepThrown())(target, name, method as PropertyDescriptor);
  };
