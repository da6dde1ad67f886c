import { problem, type Problem, type Slug } from '@kruispunt/problem';
import { maskInsz } from './insz.js';

/** What is wrong although the text is JSON: the first of these is kept and scanning goes on, so that a batch keeps its other items. */
type Flaw = Extract<Slug, 'duplicate-key' | 'too-deep' | 'invalid-request'>;

/** Nothing from here on can be trusted; ends the scan. Caught in strict-json.ts. */
export class Unreadable extends Error {
  constructor(readonly because: Problem) {
    super(because.message);
  }
}

const space = /[ \t\n\r]*/y;
const plain = /[^"\\\u0000-\u001f]*/y;
const number = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const keyShownChars = 64;

/**
 * Reads JSON (RFC 8259) stricter than `JSON.parse`: `flaw` tells of a key that occurs twice, of nesting beyond `depthMax`, and of
 * `__proto__`. Numbers must be finite and texts well-formed Unicode. Recursion is bounded by `depthMax`.
 */
export class JsonScanner {
  at = 0;
  flaw: Problem | undefined;
  private readonly path: (string | number)[] = [];

  constructor(
    private readonly text: string,
    private readonly depthMax: number,
  ) {}

  /** Reads one value; `depth` is how many containers stand around it. Throws `Unreadable`. */
  value(depth: number): unknown {
    this.skip(space);
    const c = this.text[this.at];
    if (c === '{' || c === '[') {
      if (depth >= this.depthMax) return this.passOver();
      return c === '{' ? this.object(depth + 1) : this.array(depth + 1);
    }
    if (c === '"') return this.string();
    if (c === '-' || (c !== undefined && c >= '0' && c <= '9')) return this.number();
    if (this.takeWord('true')) return true;
    if (this.takeWord('false')) return false;
    if (this.takeWord('null')) return null;
    return this.fail(c === undefined ? 'the text ends here' : 'no JSON value begins here');
  }

  /** Reads `item` for each element of the array that begins here. */
  each(item: (index: number) => void): void {
    this.expect('[');
    if (this.take(']')) return;
    for (let index = 0; ; index++) {
      this.path.push(index);
      item(index);
      this.path.pop();
      if (this.take(']')) return;
      this.expect(',');
    }
  }

  /** Nothing may follow the value. */
  end(): void {
    this.skip(space);
    if (this.at < this.text.length) this.fail('text after the value');
  }

  skipSpace(): void {
    this.skip(space);
  }

  startsWith(c: string): boolean {
    this.skip(space);
    return this.text[this.at] === c;
  }

  private object(depth: number): unknown {
    const object: Record<string, unknown> = {};
    this.expect('{');
    if (this.take('}')) return object;
    do {
      if (!this.startsWith('"')) this.fail('a key in quotes is missing');
      const key = this.string();
      this.path.push(key);
      this.expect(':');
      if (key === '__proto__') this.note('invalid-request', { reason: '__proto__ is not accepted as a key' });
      else if (Object.hasOwn(object, key)) this.note('duplicate-key', {});
      const value = this.value(depth);
      if (key !== '__proto__') object[key] = value;
      this.path.pop();
    } while (this.take(','));
    this.expect('}');
    return object;
  }

  private array(depth: number): unknown {
    const array: unknown[] = [];
    this.each(() => array.push(this.value(depth)));
    return array;
  }

  private string(): string {
    const start = this.at++;
    this.skip(plain);
    if (this.text[this.at] === '"') return this.wellFormed(this.text.slice(start + 1, this.at++));
    while (this.text[this.at] === '\\') {
      this.at += 2;
      this.skip(plain);
    }
    if (this.text[this.at] !== '"')
      this.fail(this.at >= this.text.length ? 'a text does not end' : 'a control character in a text');
    this.at++;
    try {
      return this.wellFormed(JSON.parse(this.text.slice(start, this.at)) as string);
    } catch (thrown) {
      if (thrown instanceof Unreadable) throw thrown;
      this.at = start;
      return this.fail('an escape that JSON does not know');
    }
  }

  private wellFormed(text: string): string {
    return text.isWellFormed() ? text : this.fail('half a surrogate pair');
  }

  private number(): number {
    const start = this.at;
    this.skip(number);
    if (this.at === start) this.fail('not a number');
    const value = Number(this.text.slice(start, this.at));
    return Number.isFinite(value) ? value : this.fail('a number beyond all bounds');
  }

  /** Skips a container that lies too deep, without recursion. */
  private passOver(): undefined {
    this.note('too-deep', { limit: this.depthMax });
    const open: string[] = [];
    do {
      const c = this.text[this.at];
      if (c === undefined) this.fail('the text ends here');
      if (c === '"') {
        this.string();
        continue;
      }
      if (c === '{' || c === '[') open.push(c === '{' ? '}' : ']');
      else if ((c === '}' || c === ']') && open.pop() !== c) this.fail('brackets do not match');
      this.at++;
    } while (open.length > 0);
  }

  private note(slug: Flaw, fields: { readonly reason?: string; readonly limit?: number }): void {
    this.flaw ??= problem(slug, { at: this.place(), offset: this.at, ...fields });
  }

  private fail(reason: string): never {
    throw new Unreadable(problem('not-json', { at: this.place(), offset: this.at, reason }));
  }

  /** JSON Pointer (RFC 6901) of where we are. Keys are the sender's own words: cut, and national numbers masked. */
  private place(): string {
    const steps = this.path.map((step) =>
      String(step).slice(0, keyShownChars).replaceAll('~', '~0').replaceAll('/', '~1'),
    );
    return maskInsz(steps.map((step) => `/${step}`).join(''));
  }

  private skip(pattern: RegExp): void {
    pattern.lastIndex = this.at;
    if (pattern.test(this.text)) this.at = pattern.lastIndex;
  }

  private take(c: string): boolean {
    if (!this.startsWith(c)) return false;
    this.at++;
    return true;
  }

  private expect(c: string): void {
    if (!this.take(c)) this.fail(`expected ${c}`);
  }

  private takeWord(word: string): boolean {
    if (!this.text.startsWith(word, this.at)) return false;
    this.at += word.length;
    return true;
  }
}
