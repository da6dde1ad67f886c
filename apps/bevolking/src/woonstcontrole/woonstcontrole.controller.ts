import { Controller, Get, HttpCode, Param, Post } from '@nestjs/common';
import { JsonBody, RequireScope, type JsonObject } from '@kruispunt/nest';
import { problem } from '@kruispunt/problem';
import { Officer } from './officer.js';

const outcomes = ['BEVESTIGD', 'NIET_BEVESTIGD', 'NIET_AANGETROFFEN'] as const;

/** The district officer's own screen, played over HTTP. */
@Controller('v1/woonstcontroles')
@RequireScope('kruispunt.publish')
export class WoonstcontroleController {
  constructor(private readonly officer: Officer) {}

  /** What waits for a report, oldest term first. */
  @Get()
  async open(): Promise<{ readonly woonstcontroles: readonly unknown[] }> {
    return { woonstcontroles: await this.officer.open() };
  }

  @Post(':dossier')
  @HttpCode(201)
  report(
    @Param('dossier') dossier: string,
    @JsonBody() body: JsonObject,
  ): Promise<{ readonly dossier: string; readonly poging: number }> {
    const resultaat = outcomes.find((o) => o === body['resultaat']);
    const { controledatum } = body;
    if (!resultaat)
      throw problem('invalid-request', { at: '/resultaat', reason: `expected one of ${outcomes.join(', ')}` });
    if (typeof controledatum !== 'string' || !/^\d{4}-\d{2}-\d{2}$/.test(controledatum))
      throw problem('invalid-request', { at: '/controledatum', reason: 'expected YYYY-MM-DD' });
    return this.officer.report(dossier, resultaat, controledatum);
  }
}
