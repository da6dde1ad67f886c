import { Controller, Delete, Get, HttpCode, Param, Patch, Post, Query } from '@nestjs/common';
import { CallerParam, JsonBody, RequireScope, type JsonObject } from '@kruispunt/nest';
import type { Caller } from '@kruispunt/policy';
import { PostgresDeliveryLog } from '@kruispunt/postgres';
import { problem } from '@kruispunt/problem';
import { optionalReason } from '../operate/read-act.js';
import { ManageSubscriptions } from './manage-subscriptions.js';
import { Prober } from './prober.js';
import { readChange, readWish } from './read-wish.js';
import { subscriptionView } from './subscription-view.js';

/** Subscriptions and their own delivery log; their repertorium stands in `repertorium/`. */
@Controller('v1/subscriptions')
@RequireScope('kruispunt.subscribe', 'kruispunt.operate')
export class SubscriptionController {
  constructor(
    private readonly manage: ManageSubscriptions,
    private readonly prober: Prober,
    private readonly deliveries: PostgresDeliveryLog,
  ) {}

  @Post()
  async add(@CallerParam() caller: Caller, @JsonBody() body: JsonObject): Promise<unknown> {
    const added = await this.manage.add({ caller, reason: optionalReason(body) }, readWish(body));
    return subscriptionView(added, this.manage.published(added));
  }

  @Get()
  async list(@CallerParam() caller: Caller): Promise<unknown> {
    return { subscriptions: (await this.manage.list(caller)).map((s) => subscriptionView(s)) };
  }

  @Get(':id')
  async show(@CallerParam() caller: Caller, @Param('id') id: string): Promise<unknown> {
    const found = await this.manage.find(caller, id);
    return subscriptionView(found, this.manage.published(found));
  }

  @Patch(':id')
  async change(@CallerParam() caller: Caller, @Param('id') id: string, @JsonBody() body: JsonObject): Promise<unknown> {
    const { channel } = await this.manage.find(caller, id);
    const changed = await this.manage.change({ caller, reason: optionalReason(body) }, id, readChange(body, channel));
    return subscriptionView(changed, this.manage.published(changed));
  }

  @Delete(':id')
  async end(
    @CallerParam() caller: Caller,
    @Param('id') id: string,
    @Query() query: Readonly<Record<string, string>>,
  ): Promise<unknown> {
    return subscriptionView(await this.manage.end({ caller, reason: optionalReason(query) }, id));
  }

  @Post(':id/probe')
  @HttpCode(200)
  async probe(@CallerParam() caller: Caller, @Param('id') id: string): Promise<unknown> {
    return this.prober.probe(await this.manage.find(caller, id));
  }

  @Post(':id/keys')
  @HttpCode(200)
  async rotate(
    @CallerParam() caller: Caller,
    @Param('id') id: string,
    @Query() query: Readonly<Record<string, string>>,
  ): Promise<unknown> {
    const rotated = await this.manage.rotate({ caller, reason: optionalReason(query) }, id);
    return subscriptionView(rotated, this.manage.published(rotated));
  }

  @Get(':id/deliveries')
  async log(
    @CallerParam() caller: Caller,
    @Param('id') id: string,
    @Query() query: Readonly<Record<string, string>>,
  ): Promise<unknown> {
    const subscription = await this.manage.find(caller, id);
    const before = query['before'] === undefined ? undefined : Date.parse(query['before']);
    const limit = Number(query['limit'] ?? 100);
    if (!Number.isInteger(limit) || limit < 1 || limit > 500 || Number.isNaN(before))
      throw problem('invalid-request', { at: 'query', reason: 'limit 1 to 500, before an RFC 3339 instant' });
    const rows = await this.deliveries.list(subscription.id, { before, event: query['event'], limit });
    return { deliveries: rows.map(({ at, subscription: _, ...row }) => ({ ...row, at: new Date(at).toISOString() })) };
  }
}
