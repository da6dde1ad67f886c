import { Controller, Get, HttpCode, Param, Post } from '@nestjs/common';
import { CallerParam, JsonBody, RequireScope, type JsonObject } from '@kruispunt/nest';
import type { Caller } from '@kruispunt/policy';
import { readAkte } from './read-akte.js';
import { Registrar } from './registrar.js';

@Controller('v1/akten')
@RequireScope('kruispunt.publish')
export class AkteController {
  constructor(private readonly registrar: Registrar) {}

  @Post()
  @HttpCode(201)
  sign(@CallerParam() caller: Caller, @JsonBody() body: JsonObject): Promise<{ readonly akteReferentie: string }> {
    return this.registrar.sign(readAkte(body, caller));
  }

  @Get(':referentie')
  find(@Param('referentie') referentie: string): Promise<object> {
    return this.registrar.find(referentie);
  }
}
