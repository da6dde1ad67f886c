export { callerOf, CallerParam, Public, RequireScope, type Access } from './auth/access.js';
export { AuthGuard } from './auth/auth-guard.js';
export { KillSwitch, NobodyBlocked } from './auth/kill-switch.js';
export { assertEveryRouteIsGuarded, routesOf, type Route } from './auth/routes-of.js';
export { issuerKeys, TokenVerifier, type TokenFault, type TokenVerdict } from './auth/token-verifier.js';
export { bodyBytes, BodyBytes, jsonBody, JsonBody, type JsonObject } from './http/body.js';
export { languageOf, type Language } from './http/language.js';
export { bodyBytesMax, contentTypes } from './http/limits.js';
export { ProblemFilter } from './http/problem-filter.js';
export { bootstrap, type BootstrapOptions, type RunningApp } from './process/bootstrap.js';
export { type Compose, type Composition, type PlatformSettings, type ProcessContext } from './process/composition.js';
export { Lifecycle } from './process/lifecycle.js';
export { platformSettings } from './process/platform-settings.js';
export { Readiness, type ReadinessCheck, type ReadinessReport } from './process/readiness.js';
export { Bus, type Fact } from './bus/bus.js';
export { ensureTopics } from './bus/ensure-topics.js';
export { logServer } from './bus/log-server.js';
export { openBus, type BusOptions } from './bus/open-bus.js';
export {
  openApiDocument,
  type DocumentedAnswer,
  type DocumentedParameter,
  type DocumentedRoute,
  type JsonSchema,
  type OpenApiSource,
} from './openapi/openapi-document.js';
export { routeParts } from './openapi/route-parts.js';
export { shape } from './openapi/shape.js';
export { EventPublisher } from './transport/event-publisher.js';
export { KruispuntKafkaServer, type KafkaServerOptions } from './transport/kruispunt-kafka-server.js';
export { OnEvent, type EventContext } from './transport/on-event.js';
