import { Controller, Get, HttpCode, Param, Post } from '@nestjs/common';
import { CallerParam, JsonBody, RequireScope, type JsonObject } from '@kruispunt/nest';
import type { Caller } from '@kruispunt/policy';
import { only, optional, uuid, whole } from '../operate/read-member.js';
import type { OrderView } from '../operate/order-view.js';
import { readReason } from '../operate/read-order.js';
import { MigrationDesk, type DryRun, type PlanView, type VersionView } from './migration-desk.js';

const canaryMax = 100_000;

/** Versions of chains, and plans from one to the next. */
@Controller('v1')
export class MigrationController {
  constructor(private readonly desk: MigrationDesk) {}

  @Get('versions')
  @RequireScope('kruispunt.operate')
  async versions(): Promise<{ readonly kind: string; readonly versions: readonly VersionView[] }> {
    return { kind: 'ChainVersionList', versions: await this.desk.versions() };
  }

  @Get('migrations')
  @RequireScope('kruispunt.operate')
  async plans(): Promise<{ readonly kind: string; readonly plans: readonly PlanView[] }> {
    return { kind: 'MigrationPlanList', plans: await this.desk.plans() };
  }

  @Get('migrations/:plan')
  @RequireScope('kruispunt.operate')
  plan(@Param('plan') plan: string): Promise<PlanView> {
    return this.desk.plan(plan);
  }

  @Get('migrations/:plan/dry-run')
  @RequireScope('kruispunt.operate')
  dryRun(@Param('plan') plan: string): Promise<DryRun> {
    return this.desk.dryRun(plan);
  }

  @Post('migrations/:plan/start')
  @HttpCode(200)
  @RequireScope('kruispunt.repair')
  start(@CallerParam() caller: Caller, @Param('plan') plan: string, @JsonBody() body: JsonObject): Promise<OrderView> {
    only(body, ['id', 'reason', 'canary']);
    const canary = optional(whole(1, canaryMax))(body['canary'], '/canary');
    return this.desk.start(caller, plan, { reason: readReason(body), canary, id: optional(uuid)(body['id'], '/id') });
  }

  @Post('migrations/orders/:order/undo')
  @HttpCode(200)
  @RequireScope('kruispunt.repair')
  undo(@CallerParam() caller: Caller, @Param('order') order: string, @JsonBody() body: JsonObject): Promise<OrderView> {
    only(body, ['id', 'reason', 'dryRun']);
    const id = optional(uuid)(body['id'], '/id');
    return this.desk.undo(caller, order, { reason: readReason(body), id, dryRun: body['dryRun'] === true });
  }
}
