import { Controller, Get, HttpCode, Param, Post } from '@nestjs/common';
import { CallerParam, JsonBody, RequireScope, type JsonObject } from '@kruispunt/nest';
import type { Caller } from '@kruispunt/policy';
import { readAct, readDryRun, readReason } from '../operate/read-act.js';
import { readDigest } from '../replay/replay-request.js';
import { OperateProtocols } from './operate-protocols.js';
import { historyView, proposalView } from './protocol-view.js';
import { readProtocol, readReplaces, readVersion } from './read-protocol.js';

/** Protocols: a version never changes, a changed protocol is a new version; withdrawing one is for good. Each act leaves an audit line first. */
@Controller('v1/protocols')
export class ProtocolController {
  constructor(private readonly operate: OperateProtocols) {}

  @Get()
  @RequireScope('kruispunt.subscribe', 'kruispunt.operate', 'kruispunt.admin', 'kruispunt.approve')
  async list(): Promise<unknown> {
    const { protocols, proposals } = await this.operate.list();
    return { kind: 'ProtocolList', apiVersion: 'kruispunt/v1', protocols, proposals: proposals.map(proposalView) };
  }

  @Get(':id/:version')
  @RequireScope('kruispunt.operate', 'kruispunt.admin', 'kruispunt.approve')
  async show(@Param('id') id: string, @Param('version') version: string): Promise<unknown> {
    const { inForce, proposal } = await this.operate.show(id, readVersion(version));
    return {
      kind: 'Protocol',
      apiVersion: 'kruispunt/v1',
      inForce: inForce ? historyView(inForce) : null,
      proposal: proposal ? proposalView(proposal) : null,
    };
  }

  @Post(':id/:version/propose')
  @HttpCode(200)
  @RequireScope('kruispunt.admin')
  async propose(
    @CallerParam() caller: Caller,
    @Param('id') id: string,
    @Param('version') version: string,
    @JsonBody() body: JsonObject,
  ): Promise<unknown> {
    const text = { protocol: readProtocol(id, version, body), replaces: readReplaces(version, body) };
    const why = { reason: readReason(body), dryRun: readDryRun(body) };
    const { proposal, ...act } = await this.operate.propose(caller, text, why);
    return { ...acted(id, version, act), proposal: proposalView(proposal) };
  }

  @Post(':id/:version/approve')
  @HttpCode(200)
  @RequireScope('kruispunt.approve')
  approve(
    @CallerParam() caller: Caller,
    @Param('id') id: string,
    @Param('version') version: string,
    @JsonBody() body: JsonObject,
  ): Promise<unknown> {
    return this.decided(caller, { id, version }, body, 'approved');
  }

  @Post(':id/:version/reject')
  @HttpCode(200)
  @RequireScope('kruispunt.approve', 'kruispunt.admin')
  reject(
    @CallerParam() caller: Caller,
    @Param('id') id: string,
    @Param('version') version: string,
    @JsonBody() body: JsonObject,
  ): Promise<unknown> {
    return this.decided(caller, { id, version }, body, 'rejected');
  }

  @Post(':id/:version/withdraw')
  @HttpCode(200)
  @RequireScope('kruispunt.admin')
  async withdraw(
    @CallerParam() caller: Caller,
    @Param('id') id: string,
    @Param('version') version: string,
    @JsonBody() body: JsonObject,
  ): Promise<unknown> {
    const why = readAct(body);
    const act = await this.operate.withdraw(caller, { id, version: readVersion(version) }, why);
    return { ...acted(id, version, act), withdrawn: !act.dryRun };
  }

  private async decided(
    caller: Caller,
    { id, version }: { readonly id: string; readonly version: string },
    body: JsonObject,
    verdict: 'approved' | 'rejected',
  ): Promise<unknown> {
    const decision = { verdict, ...readAct(body, ['digest']), digest: readDigest(body) };
    const act = await this.operate.decide(caller, { id, version: readVersion(version) }, decision);
    return acted(id, version, act);
  }
}

const acted = (id: string, version: string, act: object) => ({
  kind: 'ProtocolAct',
  apiVersion: 'kruispunt/v1',
  id,
  version: Number(version),
  ...act,
});
