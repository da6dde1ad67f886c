import type { Writable } from 'node:stream';
import { createInterface } from 'node:readline/promises';
import { readContext, tokenOf, type Context } from './context.js';
import { CliFailure, exits, type Exit } from './failure.js';
import { Gateway } from './gateway.js';
import { languageOf, type Language, type Text } from './language.js';
import { plain, plainJson } from './plain.js';
import { absolute, parseTime } from './time.js';

export type Env = Readonly<Record<string, string | undefined>>;
export type Form = 'table' | 'json' | 'jsonl' | 'csv' | 'md';

/** The options every command has. */
export interface CommonOptions {
  readonly output?: Form;
  readonly lang?: string;
  readonly context?: string;
  readonly as?: string;
  readonly input?: boolean;
  readonly quiet?: boolean;
  readonly timeout?: number;
}

/** What a command shows: data for machines, lines for people, and what to type next. */
export interface Shown {
  readonly data: unknown;
  /** What `-o jsonl` prints, one per line; without it the data itself. */
  readonly list?: readonly unknown[];
  readonly lines: readonly string[];
  readonly next?: string;
  readonly exit?: Exit;
}

/** The world around one command. stdout carries data and nothing else. */
export interface World {
  readonly env: Env;
  readonly folder: string;
  readonly stdout: Writable & { readonly isTTY?: boolean };
  readonly stderr: Writable & { readonly isTTY?: boolean };
  readonly stdin: NodeJS.ReadableStream & { readonly isTTY?: boolean };
  readonly now: () => number;
  /** Aborted by Ctrl-C. */
  readonly interrupted: AbortSignal;
}

const services = {
  publishGateway: 'publish-gateway',
  deliveryGateway: 'delivery-gateway',
  chainIntegrator: 'chain-integrator',
  bevolking: 'bevolking',
} as const;
export type Service = keyof typeof services;

const renewedMs = 60_000;

/** One run of one command: who asks, which system, how to show. */
export class Shell {
  readonly context: Context;
  readonly form: Form;
  private readonly language: Language;
  private token: Promise<string | undefined> | undefined;
  private renewedAt = -Infinity;
  exit: Exit = exits.ok;

  constructor(
    readonly world: World,
    readonly options: CommonOptions,
  ) {
    this.language = languageOf(options.lang, world.env);
    this.form = options.output ?? 'table';
    this.context = readContext(options.context, world.env, world.folder);
  }

  say(text: Text): string {
    return text[this.language];
  }

  /** A line for people, on stderr: progress, hints. Silent with `--quiet`. */
  tell(text: Text | string): void {
    if (this.options.quiet !== true) this.world.stderr.write(`${typeof text === 'string' ? text : this.say(text)}\n`);
  }

  show({ data, list, lines, next, exit = exits.ok }: Shown): void {
    const out = (line: string) => this.world.stdout.write(`${line}\n`);
    if (this.form === 'json') out(plainJson(data, 2));
    else if (this.form === 'jsonl') for (const item of list ?? [data]) out(plainJson(item));
    else for (const line of lines) out(line);
    if (next !== undefined) this.tell({ nl: `Volgende: ${next}`, en: `Next: ${next}` });
    this.exit = exit;
  }

  /** A gateway of the context. Exit 9 when the context does not say where it is. */
  gateway(service: Service, timeoutS = 30): Gateway {
    const url = this.context[service];
    const name = services[service];
    if (url === undefined) {
      throw new CliFailure(
        exits.unreachable,
        { nl: `de context zegt niet waar ${name} is`, en: `the context does not say where ${name} is` },
        {
          nl: 'start het systeem met "npm start" (dat schrijft .kruispunt/context.json), of geef --context FILE',
          en: 'start the system with "npm start" (it writes .kruispunt/context.json), or give --context FILE',
        },
      );
    }
    this.token ??= tokenOf(this.context, this.world.env, this.options.as);
    const token = this.token;
    return new Gateway({
      name,
      url,
      token: () => token,
      timeoutMs: (this.options.timeout ?? timeoutS) * 1_000,
      interrupted: this.world.interrupted,
    });
  }

  /** A token that is at most a minute old, for commands that run for hours. Exit 4 when there is none to be had. */
  async renewedToken(): Promise<string> {
    const now = this.world.now();
    if (now - this.renewedAt > renewedMs) {
      this.token = tokenOf(this.context, this.world.env, this.options.as);
      this.renewedAt = now;
    }
    const token = await this.token;
    if (token === undefined) throw new CliFailure(exits.denied, { nl: 'geen token', en: 'no token' });
    return token;
  }

  /** A time as it was typed, as an instant (ms), echoed back as absolute. Exit 2 when it is none. */
  time(option: string, text: string | undefined): number | undefined {
    if (text === undefined) return undefined;
    const at = parseTime(text, this.world.now());
    if (at === undefined) {
      throw new CliFailure(
        exits.usage,
        { nl: `${option}: "${plain(text)}" is geen tijdstip`, en: `${option}: "${plain(text)}" is no time` },
        {
          nl: 'bijvoorbeeld 2026-11-24T10:00, -2h, @-1d, "gisteren 14:00"',
          en: 'for instance 2026-11-24T10:00, -2h, @-1d, "yesterday 14:00"',
        },
      );
    }
    this.tell(`${option} ${absolute(at)}`);
    return at;
  }

  /** Asks to type `name` on a terminal, for what is hard to undo. Without one: exit 6, unless --confirm gave it. */
  async confirmName(warning: Text, name: string, given: string | undefined): Promise<void> {
    if (given === undefined) this.requireTerminal(warning, `--confirm "${plain(name)}"`);
    const typed =
      given ??
      (await this.ask(
        `${this.say(warning)}\n${this.say({ nl: 'Typ de naam van het abonnement', en: 'Type the name of the subscription' })}: `,
      ));
    if (typed.trim() !== name)
      throw new CliFailure(exits.needsInput, {
        nl: 'niets gedaan: een andere naam',
        en: 'nothing was done: another name',
      });
  }

  /** Asks y/N on a terminal. Without one, or with `-o json*`, `--no-input`: exit 6 and the flag that answers. */
  async confirm(question: Text, flag: string, given: boolean | undefined): Promise<void> {
    if (given === true) return;
    this.requireTerminal(question, flag);
    const answer = await this.ask(`${this.say(question)} (j/y, N) `);
    if (!/^(j|ja|y|yes)$/i.test(answer.trim()))
      throw new CliFailure(exits.needsInput, { nl: 'niets gedaan', en: 'nothing was done' });
  }

  private requireTerminal(question: Text, flag: string): void {
    const { stdin, stderr } = this.world;
    if (stdin.isTTY === true && stderr.isTTY === true && this.options.input !== false && this.form === 'table') return;
    throw new CliFailure(exits.needsInput, {
      nl: `${question.nl} — bevestig met ${flag}`,
      en: `${question.en} — confirm with ${flag}`,
    });
  }

  private async ask(question: string): Promise<string> {
    const terminal = createInterface({ input: this.world.stdin, output: this.world.stderr });
    const answer = await terminal.question(question);
    terminal.close();
    return answer;
  }
}
