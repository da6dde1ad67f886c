import { Controller, Get, HttpCode, Param, Post, Query, Res } from '@nestjs/common';
import { Clock } from '@kruispunt/clock';
import type { Subscription } from '@kruispunt/delivery';
import { CallerParam, JsonBody, RequireScope, type JsonObject } from '@kruispunt/nest';
import type { Caller } from '@kruispunt/policy';
import { problem } from '@kruispunt/problem';
import type { FastifyReply } from 'fastify';
import { ManageSubscriptions } from '../subscriptions/manage-subscriptions.js';
import { only } from '../subscriptions/read-wish.js';
import { ReplayParts } from '../replay/replay-parts.js';
import { listUndelivered, type UndeliveredPage } from './list-undelivered.js';
import { PullEvents, type PulledPage } from './pull-events.js';

const limitMax = 500;
const waitMsMax = 30_000;

/** `GET …/events` and `POST …/ack` of a subscription that pulls; `?delivered=false` lists what any subscription has not had. Only its own organisation reads: an operator sees no payloads. */
@Controller('v1/subscriptions/:id')
@RequireScope('kruispunt.subscribe')
export class PullController {
  constructor(
    private readonly manage: ManageSubscriptions,
    private readonly pull: PullEvents,
    private readonly replay: ReplayParts,
    private readonly clock: Clock,
  ) {}

  @Get('events')
  async events(
    @CallerParam() caller: Caller,
    @Param('id') id: string,
    @Query() query: Readonly<Record<string, string>>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<PulledPage | UndeliveredPage | Buffer | undefined> {
    const subscription = await this.manage.findOwn(caller, id);
    if (subscription.channel === 'FILE' && query['delivered'] === undefined)
      return this.file(subscription, query['after'], reply);
    const limit = Number(query['limit'] ?? 100);
    if (!Number.isInteger(limit) || limit < 1 || limit > limitMax)
      throw problem('invalid-request', { at: 'limit', reason: `1 to ${limitMax}` });
    if (query['delivered'] === 'false')
      return listUndelivered(this.replay, caller, subscription, {
        from: instantOf(query, 'from'),
        to: instantOf(query, 'to'),
        after: query['after'],
        limit,
      });
    if (query['delivered'] !== undefined)
      throw problem('invalid-request', { at: 'delivered', reason: 'only false: what it has had is in …/deliveries' });
    return this.pull.page(subscription, { after: query['after'], limit, waitMs: waitMsOf(query['wait']) });
  }

  @Post('ack')
  @HttpCode(200)
  async ack(@CallerParam() caller: Caller, @Param('id') id: string, @JsonBody() body: JsonObject): Promise<unknown> {
    only(body, ['cursor']);
    const { cursor } = body;
    if (typeof cursor !== 'string') throw problem('invalid-request', { at: '/cursor', reason: 'is missing' });
    return this.pull.acknowledge(await this.manage.findOwn(caller, id), cursor);
  }

  /** NDJSON, compressed, with its digest (RFC 9530); 204 while no period with anything unread is over. */
  private async file(
    subscription: Subscription,
    after: string | undefined,
    reply: FastifyReply,
  ): Promise<Buffer | undefined> {
    const file = await this.pull.file(subscription, after);
    if (file.kind === 'none') {
      const seconds = Math.max(1, Math.ceil((file.at - this.clock.now()) / 1_000));
      void reply.status(204).header('retry-after', String(seconds));
      return undefined;
    }
    const name = `${subscription.id}-${new Date(file.endsAt).toISOString().replace(/[:.]/g, '')}.ndjson.gz`;
    void reply.headers({
      'content-type': 'application/gzip',
      'content-disposition': `attachment; filename="${name}"`,
      'content-digest': `sha-256=:${file.sha256}:`,
      kpnext: file.next,
      kpcomplete: String(file.complete),
      kpevents: String(file.events),
    });
    return file.bytes;
  }
}

function instantOf(query: Readonly<Record<string, string>>, name: string): number | undefined {
  const text = query[name];
  if (text === undefined) return undefined;
  const at = Date.parse(text);
  if (Number.isNaN(at)) throw problem('invalid-request', { at: name, reason: 'expected an RFC 3339 instant' });
  return at;
}

/** `20s`, `500ms` or whole seconds. */
function waitMsOf(text: string | undefined): number {
  const [, number, unit] = /^(\d{1,6})(s|ms)?$/.exec(text ?? '0') ?? [];
  const ms = Number(number) * (unit === 'ms' ? 1 : 1_000);
  if (number === undefined || ms > waitMsMax) throw problem('invalid-request', { at: 'wait', reason: 'at most 30s' });
  return ms;
}
