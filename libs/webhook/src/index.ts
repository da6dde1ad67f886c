export { addressFault, urlFault, type EgressPolicy, type EgressRules } from './address-guard.js';
export { EndpointKeys, type EndpointKey } from './endpoint-keys.js';
export { resolveAll, type Resolve } from './guarded-agent.js';
export {
  contentDigest,
  signatureBase,
  signHttpMessage,
  type HttpMessage,
  type NamedKey,
  type SignedHeaders,
} from './sign-http-message.js';
export { signWebhook, type WebhookHeaders, type WebhookMessage } from './sign-webhook.js';
export type { TransportSecurity } from './transport-security.js';
export { WebhookSender, type Inspected, type SenderOptions, type Sending, type Sent } from './webhook-sender.js';
