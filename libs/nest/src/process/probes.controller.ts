import { Controller, Get, Res } from '@nestjs/common';
import { Metrics } from '@kruispunt/telemetry';
import type { FastifyReply } from 'fastify';
import { Public } from '../auth/access.js';
import { Lifecycle } from './lifecycle.js';
import { Readiness } from './readiness.js';

/** What an orchestrator and Prometheus ask. Public on purpose: names of checks and numbers, nothing about anyone. */
@Public()
@Controller()
export class ProbesController {
  constructor(
    private readonly lifecycle: Lifecycle,
    private readonly readiness: Readiness,
    private readonly metrics: Metrics,
  ) {}

  /** Answers as long as the event loop turns. Never asks a dependency: that would restart everything when one is down. */
  @Get('health/live') live(): { readonly status: 'live' } {
    return { status: 'live' };
  }

  @Get('health/ready') async ready(@Res({ passthrough: true }) reply: FastifyReply): Promise<unknown> {
    const { ready, checks } = await this.readiness.report();
    const status = this.lifecycle.stopping.aborted
      ? 'stopping'
      : ready && this.lifecycle.started
        ? 'ready'
        : 'not-ready';
    reply.status(status === 'ready' ? 200 : 503);
    return { status, checks };
  }

  @Get('health/startup') startup(@Res({ passthrough: true }) reply: FastifyReply): unknown {
    reply.status(this.lifecycle.started ? 200 : 503);
    return { status: this.lifecycle.started ? 'started' : 'starting' };
  }

  @Get('metrics') async numbers(@Res({ passthrough: true }) reply: FastifyReply): Promise<string> {
    reply.header('content-type', this.metrics.contentType);
    return this.metrics.text();
  }
}
