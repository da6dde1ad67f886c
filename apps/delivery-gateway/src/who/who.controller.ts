import { Controller, Get, HttpCode, Param, Post } from '@nestjs/common';
import { CallerParam, JsonBody, RequireScope, type JsonObject } from '@kruispunt/nest';
import type { Caller } from '@kruispunt/policy';
import { problem } from '@kruispunt/problem';
import { readReason } from '../operate/read-act.js';
import { ManageSubscriptions } from '../subscriptions/manage-subscriptions.js';
import { only } from '../subscriptions/read-wish.js';
import { EffectiveSubscriptions } from './effective-subscriptions.js';
import { Simulate } from './simulate.js';

const lastMax = 500;

/** What the server applies, and who would get an event: asked of the code that decides. Nothing leaves. */
@Controller('v1/subscriptions')
@RequireScope('kruispunt.subscribe', 'kruispunt.operate')
export class WhoController {
  constructor(
    private readonly subscriptions: ManageSubscriptions,
    private readonly effective: EffectiveSubscriptions,
    private readonly simulate: Simulate,
  ) {}

  @Get(':id/effective')
  async show(@CallerParam() caller: Caller, @Param('id') id: string): Promise<unknown> {
    return this.effective.view(await this.subscriptions.find(caller, id));
  }

  /** An operator asks about all subscriptions, and says why; anybody else about its own. */
  @Post('simulate')
  @HttpCode(200)
  async event(@CallerParam() caller: Caller, @JsonBody() body: JsonObject): Promise<unknown> {
    only(body, ['event', 'reason']);
    const { event } = body;
    if (typeof event !== 'object' || event === null || Array.isArray(event))
      throw problem('invalid-request', { at: '/event', reason: 'expected a CloudEvent' });
    const operates = caller.scopes.includes('kruispunt.operate');
    const among = await this.subscriptions.list(caller);
    const reason = operates ? readReason(body) : undefined;
    const results = await this.simulate.event(caller, event as JsonObject, { among, reason });
    return { kind: 'Simulation', apiVersion: 'kruispunt/v1', results };
  }

  @Post(':id/simulate')
  @HttpCode(200)
  async last(@CallerParam() caller: Caller, @Param('id') id: string, @JsonBody() body: JsonObject): Promise<unknown> {
    only(body, ['last', 'reason']);
    const { last = 100 } = body;
    if (typeof last !== 'number' || !Number.isInteger(last) || last < 1 || last > lastMax)
      throw problem('invalid-request', { at: '/last', reason: `1 to ${lastMax}` });
    const subscription = await this.subscriptions.find(caller, id);
    const reason = subscription.org === caller.organisation ? undefined : readReason(body);
    const results = await this.simulate.last(caller, subscription, { count: last, reason });
    return { kind: 'Simulation', apiVersion: 'kruispunt/v1', results };
  }
}
