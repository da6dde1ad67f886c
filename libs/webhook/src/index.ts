export { addressFault, urlFault, type EgressPolicy, type EgressRules } from './address-guard.js';
export { EndpointKeys, type EndpointKey } from './endpoint-keys.js';
export { resolveAll, type Resolve } from './guarded-agent.js';
export { signWebhook, type WebhookHeaders, type WebhookMessage } from './sign-webhook.js';
export { WebhookSender, type SenderOptions, type Sending, type Sent } from './webhook-sender.js';
