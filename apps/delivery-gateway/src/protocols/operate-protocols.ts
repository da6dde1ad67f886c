import type { Timers } from '@kruispunt/clock';
import {
  civilDate,
  mayDecide,
  proposalDigest,
  type Caller,
  type Protocol,
  type ProtocolProposal,
  type ProtocolStep,
} from '@kruispunt/policy';
import {
  PostgresProtocolProposalStore,
  PostgresProtocolStore,
  PostgresProtocolWitness,
  type Database,
  type PostgresSubscriptionStore,
  type ProtocolHistory,
  type Queryable,
} from '@kruispunt/postgres';
import { problem } from '@kruispunt/problem';
import { perform, type OperatorParts } from '../operate/perform.js';
import { protocolEffects, type ProtocolEffect } from './protocol-effects.js';

export interface OperateProtocolsParts extends OperatorParts {
  readonly database: Database;
  readonly subscriptions: PostgresSubscriptionStore;
  readonly timers: Timers;
}

/** What an act came to. `effects`: what changes, or would change, per subscription. */
export interface ProtocolAct {
  readonly dryRun: boolean;
  readonly effects: readonly ProtocolEffect[];
}

interface Why {
  readonly reason: string;
  readonly dryRun: boolean;
}

const lookAgainMs = 20;
const confirmMsMax = 60_000;
const subscriptionsMax = 10_000;

/**
 * Protocols change by two people: one proposes, another approves; withdrawing takes one, for it only takes away (docs/adr/0018). Done means
 * done everywhere: the answer comes when no process may decide by the old text any more.
 */
export class OperateProtocols {
  constructor(private readonly parts: OperateProtocolsParts) {}

  async list(): Promise<{ readonly protocols: readonly Protocol[]; readonly proposals: readonly ProtocolProposal[] }> {
    const { database } = this.parts;
    return {
      protocols: await new PostgresProtocolStore(database).list(),
      proposals: await new PostgresProtocolProposalStore(database).list(),
    };
  }

  /** A version as it stands, and the latest text under its number. Throws `not-found`. */
  async show(
    id: string,
    version: number,
  ): Promise<{ readonly inForce?: ProtocolHistory | undefined; readonly proposal?: ProtocolProposal | undefined }> {
    const { database } = this.parts;
    const inForce = await new PostgresProtocolStore(database).find(id, version);
    const [proposal] = await new PostgresProtocolProposalStore(database).list({ id, version });
    if (!inForce && !proposal) throw problem('not-found', { protocol: `${id}@${version}` });
    return { inForce, proposal };
  }

  /** Writes a text down. Throws `conflict`, `audit-unavailable`. */
  async propose(
    caller: Caller,
    text: { readonly protocol: Protocol; readonly replaces: number | undefined },
    why: Why,
  ): Promise<ProtocolAct & { readonly proposal: ProtocolProposal }> {
    const { protocol, replaces } = text;
    const wish = {
      protocol,
      digest: proposalDigest(protocol, replaces),
      proposedBy: caller.subject,
      reason: why.reason,
      ...(replaces !== undefined && { replaces }),
    };
    const effects = await this.effects({ kind: 'add', protocol, replaces });
    const proposal = await this.act(caller, { action: 'protocol.propose', protocol, why }, (tx) =>
      new PostgresProtocolProposalStore(tx).add(wish),
    );
    return { dryRun: why.dryRun, effects, proposal };
  }

  /** The second person. Throws `not-found`, `conflict` (nobody approves an own text), `plan-changed`, `audit-unavailable`. */
  async decide(
    caller: Caller,
    at: { readonly id: string; readonly version: number },
    decision: Why & { readonly verdict: 'approved' | 'rejected'; readonly digest: string },
  ): Promise<ProtocolAct & { readonly verdict: string }> {
    const [proposal] = await new PostgresProtocolProposalStore(this.parts.database).list(at);
    if (!proposal) throw problem('not-found', { protocol: `${at.id}@${at.version}` });
    const refused = mayDecide(proposal, { by: caller.subject, ...decision });
    if (refused) throw refused;
    const { verdict } = decision;
    const { protocol, replaces } = proposal;
    const effects = verdict === 'approved' ? await this.effects({ kind: 'add', protocol, replaces }) : [];
    const action = verdict === 'approved' ? 'protocol.approve' : 'protocol.reject';
    await this.act(caller, { action, protocol: at, why: decision }, (tx) =>
      new PostgresProtocolProposalStore(tx).decide(at.id, at.version, { ...decision, by: caller.subject }),
    );
    return { dryRun: decision.dryRun, effects, verdict };
  }

  /** Ends a version for good. Throws `not-found` when it is not in force, `audit-unavailable`. */
  async withdraw(
    caller: Caller,
    at: { readonly id: string; readonly version: number },
    why: Why,
  ): Promise<ProtocolAct> {
    const effects = await this.effects({ kind: 'withdraw', ...at });
    await this.act(caller, { action: 'protocol.withdraw', protocol: at, why }, async (tx) => {
      const change = { by: caller.subject, reason: why.reason };
      if (!(await new PostgresProtocolStore(tx).withdraw(at.id, at.version, change)))
        throw problem('not-found', { protocol: `${at.id}@${at.version}` });
    });
    return { dryRun: why.dryRun, effects };
  }

  /** Done and audited in one, then known to every process; a dry run is taken back, by the same code. */
  private async act<T>(
    caller: Caller,
    what: {
      readonly action: string;
      readonly protocol: { readonly id: string; readonly version: number };
      readonly why: Why;
    },
    work: (tx: Queryable) => Promise<T>,
  ): Promise<T> {
    const { action, why, protocol } = what;
    const act = { action, reason: why.reason, dryRun: why.dryRun, protocol: `${protocol.id}@${protocol.version}` };
    const done = await perform(this.parts, caller, act, async (tx, tell) => {
      const result = await work(tx);
      await tell();
      return result;
    });
    if (!why.dryRun) await this.known();
    return done;
  }

  /** Until nobody may decide by an older revision; a process that is gone is waited for no longer than its lease lasts. */
  private async known(): Promise<void> {
    const { database, clock, timers } = this.parts;
    const witness = new PostgresProtocolWitness(database);
    for (const until = clock.now() + confirmMsMax; (await witness.behind()).length > 0;) {
      if (clock.now() > until)
        throw problem('store-unavailable', { reason: 'it is done, but not every process has said that it knows' });
      await timers.sleep(lookAgainMs);
    }
  }

  private async effects(step: ProtocolStep): Promise<readonly ProtocolEffect[]> {
    const { database, subscriptions, clock } = this.parts;
    const id = step.kind === 'add' ? step.protocol.id : step.id;
    const holders = (await subscriptions.list(undefined, subscriptionsMax)).filter((s) => s.protocol === id);
    const protocols = await new PostgresProtocolStore(database).list();
    return protocolEffects(protocols, step, holders, civilDate(clock.now()));
  }
}
