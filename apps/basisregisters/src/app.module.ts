import { randomUUID } from 'node:crypto';
import type { DynamicModule } from '@nestjs/common';
import { SystemTimers } from '@kruispunt/clock';
import { openBus, type Composition, type ProcessContext } from '@kruispunt/nest';
import { FeedStore } from '@kruispunt/postgres';
import { problem } from '@kruispunt/problem';
import type { config } from './config.js';
import { httpFeedSource } from './feed/feed-client.js';
import { feedNames } from './feed/feed-event.js';
import { FeedController } from './feed/feed.controller.js';
import { FeedReader } from './feed/feed-reader.js';
import { FeedReaders } from './feed/feed-readers.js';
import { feedTypes } from './feed/typed-event.js';

class AppModule {}

/** The reader of the base registries: feeds in, typed events out. */
export async function compose(context: ProcessContext<typeof config>): Promise<Composition> {
  const { settings, log, lifecycle } = context;
  const bus = await openBus(context, {
    name: 'basisregisters',
    source: 'urn:be:ovo:OVO002949:systeem:basisregisters',
    types: feedTypes,
  });
  const ports = { partitions: bus.partitions, store: new FeedStore(bus.database), schemaIds: bus.schemaIds };
  const options = { owner: `basisregisters-${randomUUID()}`, pollMs: settings.pollMs, timers: new SystemTimers(), log };
  const feeds = settings.feeds.map((name) => {
    const feed = feedNames.find((f) => f === name);
    if (!feed) throw problem('invalid-request', { at: 'KP_BASISREGISTERS_FEEDS', reason: `no such feed: ${name}` });
    return feed;
  });
  const readers = new FeedReaders(
    settings.sources.map(namedSource).flatMap(({ name, baseUrl }) => {
      const source = httpFeedSource({ name, baseUrl, apiKey: settings.apiKey, timeoutMs: settings.timeoutMs });
      return feeds.map((feed) => new FeedReader(feed, { ...ports, source }, options));
    }),
  );
  const running = readers.run(lifecycle.stopping);
  lifecycle.onClose('feeds', () => running);
  const module: DynamicModule = {
    module: AppModule,
    controllers: [FeedController],
    providers: [{ provide: FeedReaders, useValue: readers }],
  };
  return { module };
}

/** `name=URL`, or a URL alone: that source is called `basisregisters`. */
function namedSource(text: string): { readonly name: string; readonly baseUrl: string } {
  const [, name = 'basisregisters', baseUrl = ''] = /^(?:([a-z][a-z0-9-]*)=)?(https?:\/\/.+?)\/?$/.exec(text) ?? [];
  if (baseUrl === '')
    throw problem('invalid-request', { at: 'KP_BASISREGISTERS_FEED_URL', reason: 'expected a URL, or name=URL' });
  return { name, baseUrl };
}
