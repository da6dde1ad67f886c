import { Controller, Get, Headers, HttpCode, Param, Put } from '@nestjs/common';
import { CallerParam, JsonBody, RequireScope, type JsonObject } from '@kruispunt/nest';
import type { Caller } from '@kruispunt/policy';
import { problem } from '@kruispunt/problem';
import { fetchPersoon } from './fetch-persoon.js';
import { Register } from './register.js';

@Controller('v1/personen')
export class PersoonController {
  constructor(private readonly register: Register) {}

  /** The data behind a `dataref`, under the purpose that `kp-hoedanigheid` names. */
  @Get(':pseudoniem')
  @RequireScope('kruispunt.fetch')
  fetch(
    @CallerParam() caller: Caller,
    @Param('pseudoniem') pseudoniem: string,
    @Headers('kp-hoedanigheid') hoedanigheid?: string,
    @Headers('kp-namens') namens?: string,
  ): Promise<Readonly<Record<string, unknown>>> {
    if (!hoedanigheid)
      throw problem('invalid-request', { at: 'kp-hoedanigheid', reason: 'name the purpose you ask under' });
    return fetchPersoon(
      { caller, pseudoniem, hoedanigheid, ...(namens === undefined ? {} : { namens }) },
      this.register,
    );
  }

  /** Loads a population: one answer per person, in order. */
  @Put()
  @HttpCode(200)
  @RequireScope('kruispunt.admin')
  async put(@JsonBody() body: JsonObject): Promise<{ readonly personen: readonly unknown[] }> {
    const { personen } = body;
    if (!Array.isArray(personen) || personen.length > 500)
      throw problem('invalid-request', { at: '/personen', reason: 'expected a list of at most 500 persons' });
    return { personen: await this.register.load(personen as readonly JsonObject[]) };
  }
}
