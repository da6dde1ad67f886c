import type { Token, UndoStep } from './chain-state.js';
import { without, type Sheet } from './sheet.js';

/**
 * The tree of tokens of an instance, and what each of them can undo, on the sheet of one input. A branch lives no longer than its
 * parent stands where the branch began; what it did can then be undone by its parent.
 */
export class Scopes {
  constructor(private readonly sheet: Sheet) {}

  at(token: string): Token | undefined {
    return this.sheet.next.tokens[token];
  }

  patch(token: string, change: Partial<Token>): void {
    const at = this.at(token);
    if (at) this.sheet.next.tokens = { ...this.sheet.next.tokens, [token]: { ...at, ...change } };
  }

  /** The branches that a token has now, of one fork or of all. */
  branches(token: string): readonly (readonly [name: string, branch: Token])[] {
    return Object.entries(this.sheet.next.tokens).filter(([, t]) => t.parent === token);
  }

  /** A place beside `parent` for a branch that will begin there. */
  reserve(token: string, branch: Pick<Token, 'parent' | 'fork' | 'element'>): void {
    this.sheet.next.tokens = { ...this.sheet.next.tokens, [token]: { node: '', gen: 0, ...branch } };
  }

  /** Takes a token away; its parent inherits what it did, and hears of it when it is `done`. */
  remove(token: string, done: boolean): void {
    const at = this.at(token);
    if (!at) return;
    this.sheet.next.tokens = without(this.sheet.next.tokens, token);
    const unfinished = this.undoing(token);
    if (unfinished) {
      this.sheet.next.undoing = without(this.sheet.next.undoing ?? {}, token);
      this.sheet.next.undo = [...this.steps(), ...unfinished.left, unfinished.now];
    }
    const { parent } = at;
    if (parent === undefined) return;
    if (this.steps().some((s) => s.token === token))
      this.sheet.next.undo = this.steps().map((s) => (s.token === token ? { ...s, token: parent } : s));
    if (done && at.fork !== undefined)
      this.patch(parent, { done: [...(this.at(parent)?.done ?? []), branchName(at.fork, at.element)] });
  }

  remember(step: UndoStep): void {
    this.sheet.next.undo = [...this.steps(), step];
  }

  /** Has any token a step `step` that can be undone? What a branch did is undone with its parent. */
  canUndo(step: string): boolean {
    return this.steps().some((s) => s.step === step);
  }

  /** Begins to undo what `token` did, down to its last step `since`. Answers false when there is nothing to undo. */
  beginUndoing(
    token: string,
    order: { readonly reden: string; readonly step: string; readonly then: string; readonly since?: string },
  ): boolean {
    const { since, ...rest } = order;
    const mine = this.steps().filter((s) => s.token === token);
    const from = since === undefined ? 0 : mine.findLastIndex((s) => s.step === since);
    if (from < 0) throw new Error(`nothing to undo since ${since}`);
    const left = mine.slice(from);
    const now = left.pop();
    if (!now) return false;
    this.sheet.next.undo = this.steps().filter((s) => s !== now && !left.includes(s));
    this.sheet.next.undoing = {
      ...this.sheet.next.undoing,
      [token]: { ...rest, now, left, withdrawn: now.events },
    };
    return true;
  }

  undoing(token: string) {
    return this.sheet.next.undoing?.[token];
  }

  /** Goes on to the step before the one that was undone; answers false when that was the last. */
  undoNext(token: string): boolean {
    const undoing = this.undoing(token);
    const now = undoing?.left.at(-1);
    if (!undoing) return false;
    if (!now) {
      this.sheet.next.undoing = without(this.sheet.next.undoing ?? {}, token);
      return false;
    }
    const next = { ...undoing, now, left: undoing.left.slice(0, -1), withdrawn: [...undoing.withdrawn, ...now.events] };
    this.sheet.next.undoing = { ...this.sheet.next.undoing, [token]: next };
    return true;
  }

  private steps(): readonly UndoStep[] {
    return this.sheet.next.undo ?? [];
  }
}

/** A branch of one is named by its fork, a branch of many by its fork and its element. */
export const branchName = (fork: string, element: string | undefined): string =>
  element === undefined ? fork : `${fork}:${element}`;
