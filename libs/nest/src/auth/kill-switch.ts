/** Shuts an organisation out at once, whatever its token says (security.md S6). Asked on every request, after any cache. */
export abstract class KillSwitch {
  abstract blocks(organisation: string): boolean | Promise<boolean>;
}

/** The kill-switch of a process that has none: nobody is blocked. */
export class NobodyBlocked extends KillSwitch {
  blocks(): boolean {
    return false;
  }
}
