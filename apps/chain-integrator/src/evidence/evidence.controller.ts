import { Controller, Get, Query } from '@nestjs/common';
import { RequireScope } from '@kruispunt/nest';
import { date } from '../operate/read-member.js';
import { Evidence } from './evidence.js';

/** Whether the history is what it was. */
@Controller('v1/evidence')
@RequireScope('kruispunt.operate')
export class EvidenceController {
  constructor(private readonly evidence: Evidence) {}

  @Get()
  verify(@Query('from') from?: string): Promise<unknown> {
    return this.evidence.verify(from === undefined ? undefined : date(from, '/from'));
  }
}
