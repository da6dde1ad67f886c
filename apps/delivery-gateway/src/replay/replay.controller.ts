import { Controller, Get, HttpCode, Param, Post, Query, Res } from '@nestjs/common';
import type { Verification } from '@kruispunt/delivery';
import { CallerParam, JsonBody, RequireScope, type JsonObject } from '@kruispunt/nest';
import type { Caller } from '@kruispunt/policy';
import { problem } from '@kruispunt/problem';
import type { ReplayRun, RunChange } from '@kruispunt/postgres';
import type { FastifyReply } from 'fastify';
import { findPlan, findReplay, listReplays, replayItems } from './find-replay.js';
import { makePlan } from './make-plan.js';
import { changeRun, decide, startRun } from './operate-replay.js';
import { ReplayParts } from './replay-parts.js';
import { renderReport } from './render-report.js';
import { onlyMembers, readDigest, readPlanRequest, readRate, readReason, readStart } from './replay-request.js';
import { planView, runView, verificationView } from './replay-view.js';
import { verifyReplay } from './verify-replay.js';

/** Plan → approve → run → verify → report (delivery.md §6). Every verb that changes something needs a reason and leaves an audit line. */
@Controller('v1/replays')
@RequireScope('kruispunt.operate')
export class ReplayController {
  constructor(private readonly parts: ReplayParts) {}

  @Post()
  async plan(@CallerParam() caller: Caller, @JsonBody() body: JsonObject): Promise<unknown> {
    return planView(await makePlan(this.parts, caller, readPlanRequest(body)), this.parts.ambient.clock.now());
  }

  @Get()
  async list(@CallerParam() caller: Caller, @Query() query: Readonly<Record<string, string>>): Promise<unknown> {
    return listReplays(this.parts, caller, query);
  }

  @Get(':id')
  async show(@Param('id') id: string): Promise<unknown> {
    return (await findReplay(this.parts, id)).view;
  }

  @Get(':id/items')
  async items(@Param('id') id: string, @Query() query: Readonly<Record<string, string>>): Promise<unknown> {
    return replayItems(this.parts, id, query);
  }

  @Post(':id/approve')
  @HttpCode(200)
  @RequireScope('kruispunt.approve')
  approve(@CallerParam() caller: Caller, @Param('id') id: string, @JsonBody() body: JsonObject): Promise<unknown> {
    return this.decided(caller, id, body, 'approved');
  }

  @Post(':id/reject')
  @HttpCode(200)
  @RequireScope('kruispunt.approve')
  reject(@CallerParam() caller: Caller, @Param('id') id: string, @JsonBody() body: JsonObject): Promise<unknown> {
    return this.decided(caller, id, body, 'rejected');
  }

  @Post(':id/start')
  @HttpCode(202)
  async start(@CallerParam() caller: Caller, @Param('id') id: string, @JsonBody() body: JsonObject): Promise<unknown> {
    const run = await startRun(this.parts, caller, await findPlan(this.parts, id), readStart(body));
    return runView(run, await this.parts.stores.plans.counts(run.plan));
  }

  @Post(':id/pause')
  @HttpCode(200)
  pause(@CallerParam() caller: Caller, @Param('id') id: string, @JsonBody() body: JsonObject): Promise<unknown> {
    return this.changed(caller, id, body, { verb: 'pause' });
  }

  @Post(':id/resume')
  @HttpCode(200)
  resume(@CallerParam() caller: Caller, @Param('id') id: string, @JsonBody() body: JsonObject): Promise<unknown> {
    return this.changed(caller, id, body, { verb: 'resume' });
  }

  @Post(':id/cancel')
  @HttpCode(200)
  cancel(@CallerParam() caller: Caller, @Param('id') id: string, @JsonBody() body: JsonObject): Promise<unknown> {
    return this.changed(caller, id, body, { verb: 'cancel', at: this.parts.ambient.clock.now() });
  }

  @Post(':id/rate')
  @HttpCode(200)
  rate(@CallerParam() caller: Caller, @Param('id') id: string, @JsonBody() body: JsonObject): Promise<unknown> {
    return this.changed(caller, id, body, { verb: 'rate', rate: readRate(body) });
  }

  @Get(':id/verify')
  async verify(@Param('id') id: string): Promise<unknown> {
    const { run, verification } = await this.verified(id);
    return verificationView(run, verification);
  }

  @Get(':id/report')
  async report(
    @Param('id') id: string,
    @Query('format') format: string | undefined,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const { run, verification } = await this.verified(id);
    const { type, body } = renderReport(await findPlan(this.parts, run.plan), run, verification, format ?? 'json');
    await reply.header('content-type', type).send(body);
  }

  private async verified(id: string): Promise<{ readonly run: ReplayRun; readonly verification: Verification }> {
    const { run } = await findReplay(this.parts, id);
    if (run === undefined) throw problem('conflict', { reason: 'the plan has not been started' });
    return { run, verification: await verifyReplay(this.parts, run) };
  }

  private async decided(
    caller: Caller,
    id: string,
    body: JsonObject,
    state: 'approved' | 'rejected',
  ): Promise<unknown> {
    onlyMembers(body, ['digest', 'reason']);
    await decide(this.parts, caller, await findPlan(this.parts, id), {
      state,
      digest: readDigest(body),
      reason: readReason(body),
    });
    return planView(await findPlan(this.parts, id), this.parts.ambient.clock.now());
  }

  private async changed(caller: Caller, id: string, body: JsonObject, change: RunChange): Promise<unknown> {
    onlyMembers(body, ['reason', ...(change.verb === 'rate' ? ['rate'] : [])]);
    const { run } = await findReplay(this.parts, id);
    if (run === undefined) throw problem('conflict', { reason: 'the plan has not been started' });
    const changed = await changeRun(this.parts, caller, run, { change, reason: readReason(body) });
    return runView(changed, await this.parts.stores.plans.counts(changed.plan));
  }
}
