import { Controller, Get, Header, Param, Query } from '@nestjs/common';
import { RequireScope } from '@kruispunt/nest';
import { LookDesk, type Explained } from './look-desk.js';

/** Looking without touching, for operators. */
@Controller('v1')
@RequireScope('kruispunt.operate')
export class LookController {
  constructor(private readonly desk: LookDesk) {}

  @Get('instances/:id/explain')
  explain(@Param('id') id: string): Promise<Explained> {
    return this.desk.explain(id);
  }

  @Get('instances/:id/what-if')
  whatIf(@Param('id') id: string, @Query('days') days?: string): Promise<unknown> {
    return this.desk.whatIf(id, days);
  }

  @Get('instances/:id/shadow')
  shadow(@Param('id') id: string, @Query('version') version?: string): Promise<unknown> {
    return this.desk.shadow(id, version);
  }

  @Get('instances/:id/terms.ics')
  @Header('content-type', 'text/calendar; charset=utf-8')
  ics(@Param('id') id: string): Promise<string> {
    return this.desk.ics(id);
  }

  @Get('incidents/groups')
  async groups(): Promise<unknown> {
    return { kind: 'IncidentGroupList', groups: await this.desk.groups() };
  }

  @Get('pauses')
  async pauses(): Promise<unknown> {
    return { kind: 'PauseList', pauses: await this.desk.pauses() };
  }
}
