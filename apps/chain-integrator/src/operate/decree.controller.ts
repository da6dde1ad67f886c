import { Controller, Get, HttpCode, Param, Post } from '@nestjs/common';
import { CallerParam, JsonBody, RequireScope, type JsonObject } from '@kruispunt/nest';
import type { Caller } from '@kruispunt/policy';
import { OrderDesk } from './order-desk.js';
import type { OrderView } from './order-view.js';
import { readDecree } from './read-decree.js';
import { readWord } from './read-order.js';

/** A mass change of running terms: planned with a dry run, approved by a second person, one row per term. */
@Controller('v1/decrees')
@RequireScope('kruispunt.operate', 'kruispunt.law')
export class DecreeController {
  constructor(private readonly desk: OrderDesk) {}

  @Post()
  @HttpCode(200)
  plan(@CallerParam() caller: Caller, @JsonBody() body: JsonObject): Promise<OrderView> {
    return this.desk.ask(caller, readDecree(body), true);
  }

  @Get(':id')
  show(@Param('id') id: string): Promise<OrderView> {
    return this.desk.show(id);
  }

  /** Every term it touched, before and after. */
  @Get(':id/report')
  report(@Param('id') id: string): Promise<OrderView> {
    return this.desk.report(id);
  }

  @Post(':id/approve')
  @HttpCode(200)
  @RequireScope('kruispunt.approve')
  approve(@CallerParam() caller: Caller, @Param('id') id: string, @JsonBody() body: JsonObject): Promise<OrderView> {
    return this.desk.decide(caller, id, { state: 'RUNNING', ...readWord(body) });
  }

  @Post(':id/reject')
  @HttpCode(200)
  @RequireScope('kruispunt.approve')
  reject(@CallerParam() caller: Caller, @Param('id') id: string, @JsonBody() body: JsonObject): Promise<OrderView> {
    return this.desk.decide(caller, id, { state: 'REJECTED', ...readWord(body) });
  }
}
