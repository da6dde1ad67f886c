import { Controller, Get, HttpCode, Param, Post, Put } from '@nestjs/common';
import { AuditTrail } from '@kruispunt/audit';
import { Clock } from '@kruispunt/clock';
import { CallerParam, JsonBody, RequireScope, type JsonObject } from '@kruispunt/nest';
import type { Caller, Protocol } from '@kruispunt/policy';
import { PostgresProtocolStore } from '@kruispunt/postgres';
import { problem } from '@kruispunt/problem';
import { readReason } from '../operate/read-act.js';
import { readProtocol } from './read-protocol.js';

/** Protocols: a version never changes, a changed protocol is a new version; withdrawing one is for good. Each act leaves an audit line first. */
@Controller('v1/protocols')
export class ProtocolController {
  constructor(
    private readonly store: PostgresProtocolStore,
    private readonly audit: AuditTrail,
    private readonly clock: Clock,
  ) {}

  @Get()
  @RequireScope('kruispunt.subscribe', 'kruispunt.operate', 'kruispunt.admin')
  async list(): Promise<{ readonly protocols: readonly Protocol[] }> {
    return { protocols: await this.store.list() };
  }

  @Put(':id/:version')
  @RequireScope('kruispunt.admin')
  async put(
    @CallerParam() caller: Caller,
    @Param('id') id: string,
    @Param('version') version: string,
    @JsonBody() body: JsonObject,
  ): Promise<Protocol> {
    const reason = readReason(body);
    const protocol = readProtocol(id, version, body);
    await this.write(caller, 'protocol.put', `${id}@${version}`, reason);
    await this.store.put(protocol, { by: caller.subject, reason });
    return protocol;
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
    const reason = readReason(body);
    if (!/^[1-9]\d{0,5}$/.test(version)) throw problem('not-found', { at: 'version' });
    await this.write(caller, 'protocol.withdraw', `${id}@${version}`, reason);
    if (!(await this.store.withdraw(id, Number(version), { by: caller.subject, reason })))
      throw problem('not-found', { at: 'protocol' });
    return { id, version: Number(version), withdrawn: true };
  }

  private async write(caller: Caller, action: string, protocol: string, reason: string): Promise<void> {
    await this.audit.append([
      {
        kind: 'operator',
        at: this.clock.now(),
        action,
        organisation: caller.organisation,
        application: 'delivery-gateway',
        user: caller.subject,
        protocol,
        reason,
      },
    ]);
  }
}
