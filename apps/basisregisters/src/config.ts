import { defineConfig, list, milliseconds, port, text } from '@kruispunt/config';
import { feedNames } from './feed/feed-event.js';

export const config = defineConfig({
  port: port({
    env: 'KP_BASISREGISTERS_PORT',
    default: 17_416,
    doc: 'The HTTP port: probes and where each feed stands.',
  }),
  sources: list({
    env: 'KP_BASISREGISTERS_FEED_URL',
    doc: 'The base URL of the change feed, without /v3/feeds; several as name=URL. Positions belong to the name.',
  }),
  apiKey: text({
    env: 'KP_BASISREGISTERS_API_KEY',
    secret: true,
    default: '',
    doc: 'The key for the feed (x-api-key).',
  }),
  feeds: list({ env: 'KP_BASISREGISTERS_FEEDS', default: feedNames, doc: 'Which feeds to read.' }),
  pollMs: milliseconds({
    env: 'KP_BASISREGISTERS_POLL_MS',
    default: 600_000,
    doc: 'How long to wait after a look that brought nothing.',
  }),
  timeoutMs: milliseconds({
    env: 'KP_BASISREGISTERS_TIMEOUT_MS',
    default: 30_000,
    doc: 'One page, from connect to last byte.',
  }),
});
