import { Controller, Get, HttpCode, Param, Post, Query, Res } from '@nestjs/common';
import { CallerParam, JsonBody, RequireScope, type JsonObject } from '@kruispunt/nest';
import type { Caller } from '@kruispunt/policy';
import { problem } from '@kruispunt/problem';
import type { ReplayRun, RunChange } from '@kruispunt/postgres';
import type { FastifyReply } from 'fastify';
import { readAct } from '../operate/read-act.js';
import { findPlan, findReplay, listReplays, replayItems } from './find-replay.js';
import { makePlan, type PlanWish } from './make-plan.js';
import { changeRun, decide, rampOf, startRun } from './operate-replay.js';
import { ReplayParts } from './replay-parts.js';
import { renderReport, renderVerification, reportFormat } from './render-report.js';
import { readDigest, readImport, readPlanRequest, readRamp, readRate, readStart } from './replay-request.js';
import { planExport, planView, runView } from './replay-view.js';
import { verifyReplay } from './verify-replay.js';

/** Plan → approve → run → verify → report (delivery.md §6). Every verb that changes something needs a reason and leaves an audit line. */
@Controller('v1/replays')
@RequireScope('kruispunt.operate')
export class ReplayController {
  constructor(private readonly parts: ReplayParts) {}

  @Post()
  async plan(@CallerParam() caller: Caller, @JsonBody() body: JsonObject): Promise<unknown> {
    return this.planned(caller, readPlanRequest(body));
  }

  @Post('import')
  import(@CallerParam() caller: Caller, @JsonBody() body: JsonObject): Promise<unknown> {
    return this.planned(caller, readImport(body));
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

  /** The plan with its frozen items, a page at a time: enough to make it again, and to see what differs. */
  @Get(':id/export')
  async export(@Param('id') id: string): Promise<unknown> {
    return planExport(await findPlan(this.parts, id));
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
    const wish = readStart(body);
    const run = await startRun(this.parts, caller, await findPlan(this.parts, id), wish);
    return { ...runView(run, await this.parts.stores.plans.counts(run.plan)), dryRun: wish.dryRun };
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

  @Post(':id/ramp')
  @HttpCode(200)
  ramp(@CallerParam() caller: Caller, @Param('id') id: string, @JsonBody() body: JsonObject): Promise<unknown> {
    return this.changed(caller, id, body, { verb: 'ramp', ramp: rampOf(readRamp(body)) });
  }

  @Get(':id/verify')
  async verify(
    @Param('id') id: string,
    @Query('items') items: string | undefined,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    if (items !== undefined && items !== 'all' && items !== 'faults')
      throw problem('invalid-request', { at: 'items', reason: 'expected all or faults' });
    const run = await this.runOf(id);
    const { type, body } = renderVerification(run, await verifyReplay(this.parts, run), items === 'faults');
    await reply.header('content-type', type).send(body);
  }

  @Get(':id/report')
  async report(
    @Param('id') id: string,
    @Query('format') format: string | undefined,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const [form, run] = [reportFormat(format), await this.runOf(id)];
    const plan = await findPlan(this.parts, run.plan);
    const { type, body } = renderReport(plan, run, await verifyReplay(this.parts, run), form);
    await reply.header('content-type', type).send(body);
  }

  private async runOf(id: string): Promise<ReplayRun> {
    const { run } = await findReplay(this.parts, id);
    if (run === undefined) throw problem('conflict', { reason: 'the plan has not been started' });
    return run;
  }

  private async decided(
    caller: Caller,
    id: string,
    body: JsonObject,
    state: 'approved' | 'rejected',
  ): Promise<unknown> {
    const wish = { ...readAct(body, ['digest']), state, digest: readDigest(body) };
    const plan = await decide(this.parts, caller, await findPlan(this.parts, id), wish);
    return { ...planView(plan, this.parts.ambient.clock.now()), dryRun: wish.dryRun };
  }

  private async changed(caller: Caller, id: string, body: JsonObject, change: RunChange): Promise<unknown> {
    const wish = { ...readAct(body, change.verb === 'rate' || change.verb === 'ramp' ? [change.verb] : []), change };
    const run = await this.runOf(id);
    const changed = await changeRun(this.parts, caller, run, wish);
    return { ...runView(changed, await this.parts.stores.plans.counts(changed.plan)), dryRun: wish.dryRun };
  }

  private async planned(caller: Caller, wish: PlanWish): Promise<unknown> {
    const plan = await makePlan(this.parts, caller, wish);
    if (plan.state === 'rejected')
      throw problem('plan-changed', {
        reason: 'the log, the positions or the law have moved since it was exported',
        plan: plan.id,
        digest: plan.digest,
        expected: wish.expected,
        queued: plan.summary.queued,
      });
    return { ...planView(plan, this.parts.ambient.clock.now()), dryRun: wish.dryRun };
  }
}
