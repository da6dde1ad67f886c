import { Controller, Get, HttpCode, Post } from '@nestjs/common';
import { JsonBody, RequireScope, type JsonObject } from '@kruispunt/nest';
import { ProeftuinClock, type ClockReading } from './proeftuin-clock.js';

@Controller('v1/clock')
export class ClockController {
  constructor(private readonly clock: ProeftuinClock) {}

  @Get()
  @RequireScope('kruispunt.operate')
  read(): ClockReading {
    return this.clock.read();
  }

  /** "Three weeks later", in the proving ground only. */
  @Post()
  @HttpCode(200)
  @RequireScope('kruispunt.operate')
  advance(@JsonBody() body: JsonObject): Promise<ClockReading> {
    return this.clock.advance(body['advance']);
  }
}
