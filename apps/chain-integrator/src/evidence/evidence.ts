import type { Clock } from '@kruispunt/clock';
import { addDays, civilDateAt, type CivilDate } from '@kruispunt/term';
import { verifyEvidence, type Verification, type VerifyParts } from './verify-evidence.js';

/** Days that are looked at when nobody says from when. */
const daysDefault = 30;

/** The question whether anybody changed the history, asked from outside. */
export class Evidence {
  constructor(private readonly parts: VerifyParts & { readonly clock: Clock }) {}

  async verify(
    from: CivilDate = addDays(civilDateAt(this.parts.clock.now()), -daysDefault),
  ): Promise<Verification & { readonly kind: 'ChainEvidence'; readonly from: CivilDate; readonly intact: boolean }> {
    const verified = await verifyEvidence(this.parts, from);
    return { kind: 'ChainEvidence', from, intact: verified.findings.length === 0, ...verified };
  }
}
