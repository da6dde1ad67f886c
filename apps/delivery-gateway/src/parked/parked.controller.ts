import { Controller, Get, HttpCode, Param, Post, Query, Res } from '@nestjs/common';
import { CallerParam, JsonBody, RequireScope, type JsonObject } from '@kruispunt/nest';
import type { Caller } from '@kruispunt/policy';
import type { FastifyReply } from 'fastify';
import { readAct } from '../operate/read-act.js';
import { planView } from '../replay/replay-view.js';
import { discard, notePark, restore } from './act-on-parked.js';
import { exportParked } from './export-parked.js';
import { listGroups, listParked, readQuery, selectionOf, showParked } from './list-parked.js';
import { ParkedParts } from './parked-parts.js';
import { actView, readExport, readRemark, readTicket } from './parked-request.js';
import { retryParked } from './retry-parked.js';

/**
 * What is parked: events that need a person. Never shows a payload or a key. A verb takes the fingerprint of a group or the id of one
 * event; it needs a reason, leaves an audit line, and with `dryRun` shows what it would do.
 */
@Controller('v1/parked')
@RequireScope('kruispunt.operate')
export class ParkedController {
  constructor(private readonly parts: ParkedParts) {}

  @Get()
  list(@Query() query: Readonly<Record<string, string>>): Promise<unknown> {
    return listParked(this.parts.store, query);
  }

  @Get('groups')
  groups(@Query() query: Readonly<Record<string, string>>): Promise<unknown> {
    return listGroups(this.parts.store, query);
  }

  @Post('export')
  @HttpCode(200)
  async export(@CallerParam() caller: Caller, @JsonBody() body: JsonObject, @Res() reply: FastifyReply): Promise<void> {
    const { query, ...wish } = readExport(body);
    const file = await exportParked(this.parts, caller, readQuery(query), wish);
    await reply.header('content-type', file.type).send(file.body);
  }

  /** By the id of the list, or by the id of the event (it may be parked for several subscriptions). */
  @Get(':id')
  show(@Param('id') id: string): Promise<unknown> {
    return showParked(this.parts.store, id);
  }

  @Post(':id/note')
  @HttpCode(200)
  async note(@CallerParam() caller: Caller, @Param('id') id: string, @JsonBody() body: JsonObject): Promise<unknown> {
    return actView(await notePark(this.parts, caller, selectionOf(id), readRemark(body, 'note')));
  }

  @Post(':id/assign')
  @HttpCode(200)
  async assign(@CallerParam() caller: Caller, @Param('id') id: string, @JsonBody() body: JsonObject): Promise<unknown> {
    return actView(await notePark(this.parts, caller, selectionOf(id), readRemark(body, 'assignee')));
  }

  @Post(':id/discard')
  @HttpCode(200)
  async discard(
    @CallerParam() caller: Caller,
    @Param('id') id: string,
    @JsonBody() body: JsonObject,
  ): Promise<unknown> {
    return actView(await discard(this.parts, caller, selectionOf(id), readAct(body)));
  }

  @Post(':id/restore')
  @HttpCode(200)
  async restore(
    @CallerParam() caller: Caller,
    @Param('id') id: string,
    @JsonBody() body: JsonObject,
  ): Promise<unknown> {
    return actView(await restore(this.parts, caller, selectionOf(id), readAct(body)));
  }

  /** Plans a replay of it; what follows is the walk of any replay. */
  @Post(':id/retry')
  async retry(@CallerParam() caller: Caller, @Param('id') id: string, @JsonBody() body: JsonObject): Promise<unknown> {
    const wish = { ...readAct(body, ['ticket']), ticket: readTicket(body) };
    const plan = await retryParked(this.parts, caller, id, wish);
    return { ...planView(plan, this.parts.clock.now()), dryRun: wish.dryRun };
  }
}
