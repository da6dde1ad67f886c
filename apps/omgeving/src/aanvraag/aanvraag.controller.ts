import { Controller, Get, HttpCode, Param, Post } from '@nestjs/common';
import { CallerParam, JsonBody, RequireScope, type JsonObject } from '@kruispunt/nest';
import type { Caller } from '@kruispunt/policy';
import { PermitDesk } from './permit-desk.js';
import { readAanvraag } from './read-aanvraag.js';

@Controller('v1/aanvragen')
@RequireScope('kruispunt.publish')
export class AanvraagController {
  constructor(private readonly desk: PermitDesk) {}

  @Post()
  @HttpCode(201)
  file(@CallerParam() caller: Caller, @JsonBody() body: JsonObject): Promise<{ readonly projectnummer: string }> {
    return this.desk.file(readAanvraag(body, caller));
  }

  @Get(':projectnummer')
  find(@Param('projectnummer') projectnummer: string): Promise<object> {
    return this.desk.find(projectnummer);
  }
}
