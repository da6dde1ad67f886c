export { clientToken, type ClientCredentials } from './client-token.js';
export type { CloudEvent, ReceivedEvent } from './cloud-event.js';
export { Unanswered, type ProblemAnswer } from './problem-answer.js';
export { publisher, type Published, type Publisher } from './publisher.js';
export { pull, PullRefused, type PulledPage, type PullOptions } from './pull.js';
export { isReceiptFor, verifyReceipt, type Receipt, type ReceiptKeys, type ReceiptVerdict } from './receipt.js';
export type { Connection, Token } from './request.js';
export { verifyWebhook, type WebhookOptions, type WebhookRequest, type WebhookVerdict } from './verify-webhook.js';
