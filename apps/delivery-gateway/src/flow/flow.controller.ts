import { Controller, Get } from '@nestjs/common';
import { RequireScope } from '@kruispunt/nest';
import { Flow } from './flow.js';
import type { FlowView } from './measure-flow.js';

/** `GET /v1/flow`: backlog, lag in seconds, circuits and the conservation difference, per subscription. */
@Controller('v1/flow')
@RequireScope('kruispunt.operate')
export class FlowController {
  constructor(private readonly flow: Flow) {}

  @Get()
  show(): Promise<FlowView> {
    return this.flow.measure();
  }
}
