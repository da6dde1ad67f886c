import { Controller, Post, Req, Res } from '@nestjs/common';
import { Clock } from '@kruispunt/clock';
import { bodyBytes, CallerParam, languageOf, RequireScope } from '@kruispunt/nest';
import type { Caller } from '@kruispunt/policy';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ReceiptSigner } from '../receipt/receipt-signer.js';
import { Accept } from './accept.js';
import { answerOf, type Answer } from './answer.js';
import { Witness } from './witness.js';

/** `POST /v1/events`: bytes and caller in, receipt or problem out. */
@Controller('v1/events')
export class PublishController {
  constructor(
    private readonly accept: Accept,
    private readonly signer: ReceiptSigner,
    private readonly witness: Witness,
    private readonly clock: Clock,
  ) {}

  @Post()
  @RequireScope('kruispunt.publish')
  async publish(
    @CallerParam() caller: Caller,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Answer['body']> {
    const startedAt = this.clock.now();
    const accepted = await this.accept.run(caller, request.headers, bodyBytes(request));
    this.witness.tell(caller, accepted, this.clock.now() - startedAt);
    const language = languageOf(request.headers['accept-language']);
    const { status, body } = await answerOf(accepted, { sign: (receipt) => this.signer.sign(receipt), language });
    reply.status(status);
    return body;
  }
}
