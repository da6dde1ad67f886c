import { Controller, Get, Param, Query } from '@nestjs/common';
import { RequireScope } from '@kruispunt/nest';
import { PostgresParkedStore } from '@kruispunt/postgres';
import { listGroups, listParked, showParked } from './list-parked.js';

/** What is parked: events that need a person. Never shows a payload or a key. */
@Controller('v1/parked')
@RequireScope('kruispunt.operate')
export class ParkedController {
  constructor(private readonly parked: PostgresParkedStore) {}

  @Get()
  list(@Query() query: Readonly<Record<string, string>>): Promise<unknown> {
    return listParked(this.parked, query);
  }

  @Get('groups')
  groups(): Promise<unknown> {
    return listGroups(this.parked);
  }

  /** By the id of the list, or by the id of the event (it may be parked for several subscriptions). */
  @Get(':id')
  show(@Param('id') id: string): Promise<unknown> {
    return showParked(this.parked, id);
  }
}
