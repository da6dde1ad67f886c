import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { Caller } from '@kruispunt/policy';
import { problem } from '@kruispunt/problem';
import type { FastifyRequest } from 'fastify';
import { accessKey, rememberCaller, type Access } from './access.js';
import { KillSwitch } from './kill-switch.js';
import { TokenVerifier } from './token-verifier.js';

/** Stands before every HTTP route: no decorator, no entry. Throws `unauthenticated`, `forbidden` or `issuer-unavailable`. */
@Injectable()
export class AuthGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly tokens: TokenVerifier,
    private readonly killSwitch: KillSwitch,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    if (context.getType() !== 'http') return true; // a record from the log has no caller
    const access = this.reflector.getAllAndOverride<Access | undefined>(accessKey, [
      context.getHandler(),
      context.getClass(),
    ]);
    if (access === 'public') return true;
    if (access === undefined) throw problem('forbidden', { scope: 'none' });
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const verdict = await this.tokens.verify(request.headers.authorization);
    if (verdict.kind === 'refused') throw verdict.because;
    await this.mustHold(access, verdict.caller);
    rememberCaller(request, verdict.caller);
    return true;
  }

  private async mustHold(access: readonly string[], caller: Caller): Promise<void> {
    if (await this.killSwitch.blocks(caller.organisation))
      throw problem('forbidden', { reason: 'organisation-blocked' });
    if (!access.some((scope) => caller.scopes.includes(scope)))
      throw problem('forbidden', { scope: access.join(' or ') });
  }
}
