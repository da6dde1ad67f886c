import { Controller, Get, HttpCode, Param, Post, Query, Res } from '@nestjs/common';
import { CallerParam, JsonBody, RequireScope, type JsonObject } from '@kruispunt/nest';
import type { Caller } from '@kruispunt/policy';
import { problem } from '@kruispunt/problem';
import type { FastifyReply } from 'fastify';
import { readAct } from '../operate/read-act.js';
import { ManageSubscriptions } from '../subscriptions/manage-subscriptions.js';
import { findPlan, findReplay, replayItems } from './find-replay.js';
import { changeRun } from './operate-replay.js';
import { planOwn, startOwn } from './own-replay.js';
import { renderReport, reportFormat } from './render-report.js';
import { ReplayParts } from './replay-parts.js';
import { readPlanRequest, readStart } from './replay-request.js';
import { planView, runView } from './replay-view.js';
import { verifyReplay } from './verify-replay.js';

/** A subscriber redelivers what it has not had, for its own subscriptions: the same machine as an operator's, within bounds. */
@Controller('v1/subscriptions/:id/replays')
@RequireScope('kruispunt.subscribe')
export class OwnReplayController {
  constructor(
    private readonly parts: ReplayParts,
    private readonly manage: ManageSubscriptions,
  ) {}

  @Post()
  async plan(@CallerParam() caller: Caller, @Param('id') id: string, @JsonBody() body: JsonObject): Promise<unknown> {
    const subscription = await this.manage.findOwn(caller, id);
    const wish = readPlanRequest({ ...body, subscription: id });
    const plan = await planOwn(this.parts, caller, subscription, wish);
    return { ...planView(plan, this.parts.ambient.clock.now()), dryRun: wish.dryRun };
  }

  @Get(':replay')
  async show(
    @CallerParam() caller: Caller,
    @Param('id') id: string,
    @Param('replay') replay: string,
  ): Promise<unknown> {
    return (await this.own(caller, id, replay)).view;
  }

  @Get(':replay/items')
  async items(
    @CallerParam() caller: Caller,
    @Param('id') id: string,
    @Param('replay') replay: string,
    @Query() query: Readonly<Record<string, string>>,
  ): Promise<unknown> {
    await this.own(caller, id, replay);
    return replayItems(this.parts, replay, query);
  }

  @Post(':replay/start')
  @HttpCode(202)
  async start(
    @CallerParam() caller: Caller,
    @Param('id') id: string,
    @Param('replay') replay: string,
    @JsonBody() body: JsonObject,
  ): Promise<unknown> {
    const { plan } = await this.own(caller, id, replay);
    const wish = readStart(body);
    const run = await startOwn(this.parts, caller, await findPlan(this.parts, plan), wish);
    return { ...runView(run, await this.parts.stores.plans.counts(run.plan)), dryRun: wish.dryRun };
  }

  @Post(':replay/cancel')
  @HttpCode(200)
  async cancel(
    @CallerParam() caller: Caller,
    @Param('id') id: string,
    @Param('replay') replay: string,
    @JsonBody() body: JsonObject,
  ): Promise<unknown> {
    const { run } = await this.own(caller, id, replay);
    if (run === undefined) throw problem('conflict', { reason: 'the plan has not been started' });
    const wish = readAct(body);
    const change = { verb: 'cancel' as const, at: this.parts.ambient.clock.now() };
    const changed = await changeRun(this.parts, caller, run, { ...wish, change });
    return { ...runView(changed, await this.parts.stores.plans.counts(run.plan)), dryRun: wish.dryRun };
  }

  @Get(':replay/report')
  async report(
    @CallerParam() caller: Caller,
    @Param('id') id: string,
    @Param('replay') replay: string,
    @Query('format') format: string | undefined,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const { run } = await this.own(caller, id, replay);
    if (run === undefined) throw problem('conflict', { reason: 'the plan has not been started' });
    const [form, plan] = [reportFormat(format), await findPlan(this.parts, run.plan)];
    const { type, body } = renderReport(plan, run, await verifyReplay(this.parts, run), form);
    await reply.header('content-type', type).send(body);
  }

  /** A plan or run of this subscription of the caller; throws `not-found` for another's. */
  private async own(caller: Caller, id: string, replay: string): ReturnType<typeof findReplay> {
    const subscription = await this.manage.findOwn(caller, id);
    const found = await findReplay(this.parts, replay);
    const { subscription: of } = await findPlan(this.parts, found.plan);
    if (of !== subscription.id) throw problem('not-found', { replay });
    return found;
  }
}
