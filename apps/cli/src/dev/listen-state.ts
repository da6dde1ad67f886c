import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Where a laptop stopped: which subscription it pulls, and the cursor of the last page it forwarded. */
export interface ListenState {
  readonly subscription: string;
  readonly cursor?: string;
}

/** What is kept between two runs, per gateway and client, beside the context: `.kruispunt/dev-listen.json`. */
export class ListenStates {
  private readonly file: string;

  constructor(folder: string) {
    this.file = join(folder, '.kruispunt', 'dev-listen.json');
  }

  find(name: string): ListenState | undefined {
    return this.all()[name];
  }

  keep(name: string, state: ListenState): void {
    mkdirSync(dirname(this.file), { recursive: true });
    writeFileSync(this.file, `${JSON.stringify({ ...this.all(), [name]: state }, null, 2)}\n`);
  }

  private all(): Readonly<Record<string, ListenState>> {
    try {
      return JSON.parse(readFileSync(this.file, 'utf8')) as Record<string, ListenState>;
    } catch {
      return {};
    }
  }
}
