import type { Document } from './markdown.js';

/** A command of a document that is run, what it should print (in this order, `…` for anything), and how it should end. */
export interface Transcript {
  readonly place: string;
  readonly command: string;
  readonly exit: number;
  readonly expected: readonly string[];
}

/**
 * The commands of the blocks tagged `sh run`. With a `$` the lines below it are what it prints; without any `$` each line is a command.
 * A comment `# exit 4` says how it ends; without it, well.
 */
export function transcripts(document: Document): readonly Transcript[] {
  return document.fences
    .filter(({ info }) => info === 'sh run')
    .flatMap(({ lines, line }) => {
      const found: { place: string; command: string; exit: number; expected: string[] }[] = [];
      const prompts = lines.some((text) => text.startsWith('$ '));
      lines.forEach((text, index) => {
        if (text.trim() === '') return;
        if (prompts && !text.startsWith('$ ')) return void found.at(-1)?.expected.push(text);
        const [, command = '', exit = '0'] = /^(?:\$ )?(.*?)(?:\s+# exit (\d+))?$/.exec(text) ?? [];
        found.push({ place: `${document.path}:${line + index + 1}`, command, exit: Number(exit), expected: [] });
      });
      return found;
    });
}

const squeeze = (text: string): string => text.replace(/\s+/g, ' ').trim();
const escape = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** The expected lines that are not printed, in their order; empty when the transcript is true. */
export function untold(expected: readonly string[], printed: string): readonly string[] {
  const lines = printed.split('\n').map(squeeze);
  let from = 0;
  return expected.filter((wanted) => {
    const pattern = new RegExp(`^${squeeze(wanted).split(/ ?… ?/).map(escape).join('.*')}$`);
    const at = lines.findIndex((text, index) => index >= from && pattern.test(text));
    if (at >= 0) from = at + 1;
    return at < 0;
  });
}
