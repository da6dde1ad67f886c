import { Controller, Get, Param } from '@nestjs/common';
import { catalogus, type CatalogusEntry } from '@kruispunt/contracts';
import { Public } from '@kruispunt/nest';
import { describeType, type DescribedType } from './describe-type.js';

/** The catalogue of event types: open data, so that a publisher can be built before it has a token. */
@Public()
@Controller('v1/types')
export class TypesController {
  @Get() all(): { readonly types: readonly CatalogusEntry[] } {
    return { types: catalogus };
  }

  @Get(':type') one(@Param('type') type: string): DescribedType {
    return describeType(type);
  }
}
