import type { Source } from '../source.js';
import type { Rule, Violation, Workspace } from '../workspace.js';

// Written in two halves, so that this file does not find itself.
const words = [
  'eslint-' + 'disable',
  '@ts-' + 'expect-error',
  '@ts-' + 'ignore',
  '@ts-' + 'nocheck',
  'jscpd:' + 'ignore',
];
const suppression = new RegExp(words.join('|'));
const reasoned = new RegExp(`(?:${words.join('|')})[^\\n]*?(?:--|:)\\s*\\S+(?:\\s+\\S+){2,}`);
const neverAllowed = new RegExp('@ts-' + 'ignore|@ts-' + 'nocheck');
const unfinished = new RegExp('\\b(?:' + ['TO' + 'DO', 'FIX' + 'ME', 'X' + 'XX', 'HA' + 'CK'].join('|') + ')\\b');
const focused = new RegExp('\\b(?:describe|it|test)\\.(?:on' + 'ly|sk' + 'ip|to' + 'do)\\b|\\bx(?:it|describe)\\(');

/** In a spec of types an expected error is the assertion itself. */
const provesTypes = ({ path }: Source): boolean => path.endsWith('.types.spec.ts');
const counted = (source: Source): boolean => !source.isGenerated && !provesTypes(source);

/** Every suppression of the tree; their number may only fall. */
export const suppressionsIn = ({ sources }: Workspace): number =>
  sources
    .filter(counted)
    .flatMap(({ text }) => text.split('\n'))
    .filter((line) => suppression.test(line)).length;

function says(line: string): string | undefined {
  if (neverAllowed.test(line)) return 'silences the compiler without saying which error';
  if (suppression.test(line) && !reasoned.test(line))
    return 'a suppression gives its reason, after --, on the same line';
  if (unfinished.test(line)) return 'what is not done is not in the tree; file an issue';
  return focused.test(line) ? 'no test is focused or skipped' : undefined;
}

/** Rule: a rule is only silenced with a reason, and nothing unfinished or skipped is committed. */
export const suppressionsRule: Rule = ({ sources }) =>
  sources.filter(counted).flatMap(({ path, text }) =>
    text.split('\n').flatMap((line, index): Violation[] => {
      const found = says(line);
      return found === undefined ? [] : [{ path, line: index + 1, says: found }];
    }),
  );
