import { Controller, Get, Param, Query } from '@nestjs/common';
import { RequireScope } from '@kruispunt/nest';
import type { OpenIncident, OpenTask } from '@kruispunt/postgres';
import { ChainDesk, type ChainSummary } from './chain-desk.js';
import type { InstanceSummary, InstanceView } from './show-instance.js';

/** What runs, where it stands and why: for operators. */
@Controller('v1')
export class ChainController {
  constructor(private readonly desk: ChainDesk) {}

  @Get('chains')
  @RequireScope('kruispunt.operate')
  async chains(): Promise<{ readonly chains: readonly ChainSummary[] }> {
    return { chains: await this.desk.chains() };
  }

  @Get('instances')
  @RequireScope('kruispunt.operate')
  async instances(@Query() wish: Record<string, unknown>): Promise<{ readonly instances: readonly InstanceSummary[] }> {
    return { instances: await this.desk.instances(wish) };
  }

  @Get('instances/:id')
  @RequireScope('kruispunt.operate')
  instance(@Param('id') id: string): Promise<InstanceView> {
    return this.desk.instance(id);
  }

  @Get('tasks')
  @RequireScope('kruispunt.operate')
  async tasks(): Promise<{ readonly tasks: readonly OpenTask[] }> {
    return { tasks: await this.desk.tasks() };
  }

  @Get('incidents')
  @RequireScope('kruispunt.operate')
  async incidents(): Promise<{ readonly incidents: readonly OpenIncident[] }> {
    return { incidents: await this.desk.incidents() };
  }
}
