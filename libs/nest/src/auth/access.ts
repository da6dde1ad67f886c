import { createParamDecorator, SetMetadata, type ExecutionContext } from '@nestjs/common';
import type { Caller, Scope } from '@kruispunt/policy';
import { problem } from '@kruispunt/problem';
import type { FastifyRequest } from 'fastify';

/** Who may call a route: everybody, or whoever holds one of these scopes. */
export type Access = 'public' | readonly [Scope, ...Scope[]];
export const accessKey = 'kruispunt:access';

/** Opens a route, or every route of a controller, to anybody. */
export const Public = (): ClassDecorator & MethodDecorator => SetMetadata(accessKey, 'public' satisfies Access);

/** Opens a route, or every route of a controller, to callers that hold one of `scopes`; the nearest decorator wins. */
export const RequireScope = (...scopes: readonly [Scope, ...Scope[]]): ClassDecorator & MethodDecorator =>
  SetMetadata(accessKey, scopes satisfies Access);

const callers = new WeakMap<FastifyRequest, Caller>();

/** Remembers who makes this request; only the guard does this. */
export const rememberCaller = (request: FastifyRequest, caller: Caller): void => void callers.set(request, caller);

/** Who makes this request. Throws `unauthenticated` on a route that was opened to everybody. */
export function callerOf(request: FastifyRequest): Caller {
  const caller = callers.get(request);
  if (!caller) throw problem('unauthenticated', { reason: 'missing' });
  return caller;
}

/** The verified caller as an argument: `publish(@CallerParam() caller: Caller)`. */
export const CallerParam = createParamDecorator((_: unknown, context: ExecutionContext): Caller =>
  callerOf(context.switchToHttp().getRequest<FastifyRequest>()),
);
