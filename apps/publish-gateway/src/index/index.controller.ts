import { Controller, Get, Query } from '@nestjs/common';
import { RequireScope } from '@kruispunt/nest';
import { PostgresEventIndex } from '@kruispunt/postgres';
import { searchIndex, type SearchPage, type SearchWish } from './search-index.js';

/** Where events stand in the log: for operators' trace and search. */
@Controller('v1/index')
export class IndexController {
  constructor(private readonly index: PostgresEventIndex) {}

  @Get()
  @RequireScope('kruispunt.operate')
  search(@Query() wish: SearchWish): Promise<SearchPage> {
    return searchIndex(this.index, wish);
  }
}
