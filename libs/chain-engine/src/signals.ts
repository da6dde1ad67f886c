import type {
  KetenAfgeslotenV1,
  KetenGecompenseerdV1,
  KetenGeescaleerdV1,
  KetenGestartV1,
  KetenStapVoltooidV1,
  KetenTermijnGesignaleerdV1,
  TaakGevraagdV1,
} from '@kruispunt/contracts';

/** What the engine itself tells about an instance, beside what the chain publishes. Types of the topic `be.vlaanderen.keten.keten.v1`. */
export interface Signals {
  readonly gestart: KetenGestartV1;
  readonly 'stap-voltooid': KetenStapVoltooidV1;
  readonly 'termijn-gesignaleerd': KetenTermijnGesignaleerdV1;
  readonly geescaleerd: KetenGeescaleerdV1;
  readonly gecompenseerd: KetenGecompenseerdV1;
  readonly afgesloten: KetenAfgeslotenV1;
  readonly 'taak-gevraagd': TaakGevraagdV1;
}

/** The CloudEvents type of a signal. */
export const signalType = (signal: keyof Signals): string => `be.vlaanderen.keten.${signal}.v1`;
