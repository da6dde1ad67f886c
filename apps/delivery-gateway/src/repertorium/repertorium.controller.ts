import { Readable } from 'node:stream';
import { Controller, Delete, Get, HttpCode, Param, Post, Put, Res } from '@nestjs/common';
import { BodyBytes, CallerParam, JsonBody, RequireScope, type JsonObject } from '@kruispunt/nest';
import type { Caller } from '@kruispunt/policy';
import type { FastifyReply } from 'fastify';
import { ManageSubscriptions } from '../subscriptions/manage-subscriptions.js';
import { only } from '../subscriptions/read-wish.js';
import { ManageRepertorium } from './manage-repertorium.js';
import { readPeriod, readSubject } from './read-registration.js';

const ndjson = 'application/x-ndjson';

/** The repertorium of a subscription: one by one, or by the thousand as ndjson. Only its own organisation and operators come here. */
@Controller('v1/subscriptions/:id/subjects')
@RequireScope('kruispunt.subscribe', 'kruispunt.operate')
export class RepertoriumController {
  constructor(
    private readonly subscriptions: ManageSubscriptions,
    private readonly repertorium: ManageRepertorium,
  ) {}

  @Put(':key')
  async register(
    @CallerParam() caller: Caller,
    @Param('id') id: string,
    @Param('key') key: string,
    @JsonBody() body: JsonObject,
  ): Promise<unknown> {
    only(body, ['from', 'to']);
    const subscription = await this.subscriptions.find(caller, id);
    const period = readPeriod(body, this.repertorium.today());
    const subject = readSubject(key);
    await this.repertorium.register(caller, subscription, { subject, ...period });
    return { subject, hoedanigheid: subscription.hoedanigheid, ...period };
  }

  @Delete(':key')
  async unregister(
    @CallerParam() caller: Caller,
    @Param('id') id: string,
    @Param('key') key: string,
  ): Promise<unknown> {
    const subscription = await this.subscriptions.find(caller, id);
    await this.repertorium.unregister(caller, subscription, readSubject(key));
    return { subject: key };
  }

  @Post()
  @HttpCode(200)
  async import(
    @CallerParam() caller: Caller,
    @Param('id') id: string,
    @BodyBytes() body: Buffer,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const subscription = await this.subscriptions.find(caller, id);
    const outcomes = await this.repertorium.import(caller, subscription, body.toString('utf8'));
    await reply.header('content-type', ndjson).send(outcomes.map((one) => `${JSON.stringify(one)}\n`).join(''));
  }

  @Get()
  async export(@CallerParam() caller: Caller, @Param('id') id: string, @Res() reply: FastifyReply): Promise<void> {
    const subscription = await this.subscriptions.find(caller, id);
    const lines = async function* (all: AsyncIterable<object>) {
      for await (const one of all) yield `${JSON.stringify(one)}\n`;
    };
    await reply.header('content-type', ndjson).send(Readable.from(lines(this.repertorium.export(subscription))));
  }
}
