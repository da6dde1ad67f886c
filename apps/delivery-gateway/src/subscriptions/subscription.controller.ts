import { Controller, Delete, Get, HttpCode, Param, Patch, Post, Put, Query } from '@nestjs/common';
import { Clock } from '@kruispunt/clock';
import { CallerParam, JsonBody, RequireScope, type JsonObject } from '@kruispunt/nest';
import { civilDate, type Caller } from '@kruispunt/policy';
import { PostgresDeliveryLog, PostgresSubscriptionStore } from '@kruispunt/postgres';
import { problem } from '@kruispunt/problem';
import { optionalReason } from '../operate/read-act.js';
import { ManageSubscriptions } from './manage-subscriptions.js';
import { Prober } from './prober.js';
import { date, only, readChange, readWish } from './read-wish.js';
import { subscriptionView } from './subscription-view.js';

/** Subscriptions, their repertorium and their own delivery log. */
@Controller('v1/subscriptions')
@RequireScope('kruispunt.subscribe', 'kruispunt.operate')
export class SubscriptionController {
  constructor(
    private readonly manage: ManageSubscriptions,
    private readonly prober: Prober,
    private readonly store: PostgresSubscriptionStore,
    private readonly deliveries: PostgresDeliveryLog,
    private readonly clock: Clock,
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

  @Put(':id/subjects/:key')
  async register(
    @CallerParam() caller: Caller,
    @Param('id') id: string,
    @Param('key') key: string,
    @JsonBody() body: JsonObject,
  ): Promise<unknown> {
    only(body, ['from', 'to']);
    const subscription = await this.manage.find(caller, id);
    const period = { from: date(body, 'from') ?? civilDate(this.clock.now()), to: date(body, 'to') ?? null };
    if (key.length > 200) throw problem('invalid-request', { at: 'key', reason: 'longer than 200 characters' });
    await this.store.register(subscription, key, period);
    return { subject: key, hoedanigheid: subscription.hoedanigheid, ...period };
  }

  @Delete(':id/subjects/:key')
  async unregister(
    @CallerParam() caller: Caller,
    @Param('id') id: string,
    @Param('key') key: string,
  ): Promise<unknown> {
    const subscription = await this.manage.find(caller, id);
    if (!(await this.store.unregister(subscription.id, key))) throw problem('not-found', { at: 'key' });
    return { subject: key };
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
