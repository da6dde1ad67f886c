/** Where the story goes: standard output, one line a sentence; colours on a terminal only. */
export interface Teller {
  /** A new scene. */
  scene(title: string): void;
  /** What happens. */
  say(text: string): void;
  /** Long work: what is waited for; gone when it is over, unless it takes long. */
  waiting(text: string): void;
}

/** `plain`: no colours (no terminal, `NO_COLOR`, or a dumb one). */
export function consoleTeller(startedAt: number, plain: boolean, now: () => number = Date.now): Teller {
  const paint = (code: string, text: string) => (plain ? text : `\x1b[${code}m${text}\x1b[0m`);
  const clock = () => `${((now() - startedAt) / 1000).toFixed(1).padStart(6)} s`;
  const write = (text: string) => process.stdout.write(`${text}\n`);
  return {
    scene: (title) => write(`\n${paint('1;36', `── ${title} ${'─'.repeat(Math.max(0, 70 - title.length))}`)}`),
    say: (text) => write(`${paint('2', clock())}  ${text}`),
    waiting: (text) => write(`${paint('2', `${clock()}  … ${text}`)}`),
  };
}
