import { Controller, HttpCode, Post } from '@nestjs/common';
import { CallerParam, JsonBody, RequireScope, type JsonObject } from '@kruispunt/nest';
import type { Caller } from '@kruispunt/policy';
import { Counter } from './counter.js';
import { readAangifte } from './read-aangifte.js';

@Controller('v1/aangiften')
export class AangifteController {
  constructor(private readonly counter: Counter) {}

  /** Declares a move; answers its case reference once the declaration and its event are committed. */
  @Post()
  @HttpCode(201)
  @RequireScope('kruispunt.publish')
  declare(@CallerParam() caller: Caller, @JsonBody() body: JsonObject): Promise<{ readonly dossier: string }> {
    return this.counter.declare(readAangifte(body, caller));
  }
}
