import { Controller, Get } from '@nestjs/common';
import { RequireScope } from '@kruispunt/nest';
import { FeedReaders } from './feed-readers.js';

@Controller('v1/feeds')
@RequireScope('kruispunt.operate')
export class FeedController {
  constructor(private readonly readers: FeedReaders) {}

  /** Where each feed stands, and what stops it. */
  @Get()
  stands(): { readonly feeds: readonly object[] } {
    return { feeds: this.readers.stands() };
  }
}
