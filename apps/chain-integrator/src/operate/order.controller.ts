import { Controller, Get, HttpCode, Param, Post } from '@nestjs/common';
import { CallerParam, JsonBody, RequireScope, type JsonObject } from '@kruispunt/nest';
import type { Caller } from '@kruispunt/policy';
import { OrderDesk } from './order-desk.js';
import type { OrderView } from './order-view.js';
import { readOrder, readWord } from './read-order.js';

const listMax = 100;

/** Operators' verbs on chains. Each needs a reason, has a dry run, is audited, and the same id twice is one order. */
@Controller('v1/ops')
@RequireScope('kruispunt.operate', 'kruispunt.repair', 'kruispunt.law')
export class OrderController {
  constructor(private readonly desk: OrderDesk) {}

  @Post()
  @HttpCode(200)
  ask(@CallerParam() caller: Caller, @JsonBody() body: JsonObject): Promise<OrderView> {
    return this.desk.ask(caller, readOrder(body, this.desk.partitions));
  }

  @Get()
  async list(): Promise<unknown> {
    const orders = await this.desk.list(listMax);
    return {
      kind: 'ChainOrderList',
      orders: orders.map(({ id, verb, state, items, asked, mandate }) => ({
        id,
        verb,
        state,
        items,
        actor: mandate.actor,
        reason: mandate.reason,
        askedAt: asked.toISOString(),
      })),
    };
  }

  @Get(':id')
  show(@Param('id') id: string): Promise<OrderView> {
    return this.desk.show(id);
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
