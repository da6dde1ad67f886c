import type { PlanSummary } from './freeze.js';

/** When a second person must look: any one of these. */
export interface ApprovalRules {
  /** More items than this. */
  readonly itemsMax: number;
  readonly forPersonalData: boolean;
  readonly forDuplicates: boolean;
}

/** delivery.md §6: personal data, more than 1 000 items, or duplicates for the receiver. */
export const approvalRules: ApprovalRules = { itemsMax: 1_000, forPersonalData: true, forDuplicates: true };

export type ApprovalCause = 'personal-data' | 'items' | 'duplicates';

/** Why a second person must approve this plan; empty when nobody needs to. */
export function approvalCauses(
  summary: Pick<PlanSummary, 'queued' | 'personal' | 'duplicates'>,
  rules: ApprovalRules,
): readonly ApprovalCause[] {
  return [
    ...(rules.forPersonalData && summary.personal ? (['personal-data'] as const) : []),
    ...(summary.queued > rules.itemsMax ? (['items'] as const) : []),
    ...(rules.forDuplicates && summary.duplicates > 0 ? (['duplicates'] as const) : []),
  ];
}
