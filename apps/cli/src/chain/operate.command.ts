import { Option, type Command } from 'commander';
import { CliFailure, exits } from '../failure.js';
import { leaf, reasonOption, type Tree } from '../leaf.js';
import { readText } from '../read-text.js';
import type { Shell } from '../shell.js';
import { findInstance } from './find-instance.js';
import { showOrder, type OrderAnswer } from './show-order.js';
import { verbs, type VerbHelp } from './verbs.js';

type Given = Readonly<Record<string, string | number | boolean | undefined>> & { readonly reason: string };

/** `kruispunt chain <verb>`: every verb an operator has on instances, on one, on a selection, or on a group of one cause. */
export function operateCommands(chain: Command, tree: Tree): void {
  for (const verb of verbs) {
    leaf<Given>(chain, tree, {
      usage: `${verb.typed ?? verb.name} ${verb.one === true ? '<instance>' : '[instances...]'}`,
      about: verb.about,
      example: verb.example,
      options: [...verb.options(), ...(verb.one === true ? [] : selection()), ...common()],
      act: (shell, words, given) => operate(shell, verb, words, given),
    });
  }
}

const selection = (): readonly Option[] => [
  new Option('--fingerprint <hex>', 'alle met deze oorzaak / all of this cause'),
  new Option('--chain <name>', 'alle van deze keten / all of this chain'),
  new Option('--state <state>', 'alle in deze toestand / all in this state'),
  new Option('--gemeente <nis>', 'alle van deze gemeente / all of this municipality'),
  new Option('--node <node>', 'alle op deze plaats / all at this place'),
  new Option('--yes', 'niet vragen / do not ask'),
];

const common = (): readonly Option[] => [
  reasonOption(),
  new Option('--basis <text>', 'rechtsgrond / legal basis'),
  new Option('--dry-run', 'toont voor en na, verandert niets / shows before and after, changes nothing'),
  new Option('--op-id <uuid>', 'dezelfde id is dezelfde opdracht / the same id is the same order'),
];

async function operate(shell: Shell, verb: VerbHelp, words: readonly string[], given: Given): Promise<void> {
  const args = await argsOf(shell, verb, given);
  const body = {
    verb: verb.name,
    ...(Object.keys(args).length > 0 && { args }),
    ...(args['kind'] === undefined && { scope: await scopeOf(shell, words, given) }),
    reason: given.reason,
    ...(given['basis'] !== undefined && { basis: given['basis'] }),
    ...(given['opId'] !== undefined && { id: given['opId'] }),
  };
  const ask = (more: object) => shell.gateway('chainIntegrator').post<OrderAnswer>('/v1/ops', { ...body, ...more });
  if (given['dryRun'] === true) return shell.show(showOrder(shell, await ask({ dryRun: true })));
  if (words.length !== 1) {
    const { items } = await ask({ dryRun: true });
    await shell.confirm(
      { nl: `${verb.name} op ${items} exemplaren?`, en: `${verb.name} on ${items} instances?` },
      '--yes',
      given['yes'] === true,
    );
  }
  shell.show(showOrder(shell, await ask({})));
}

async function argsOf(shell: Shell, verb: VerbHelp, given: Given): Promise<Record<string, unknown>> {
  const args: Record<string, unknown> = {};
  for (const name of verb.args) {
    const value = given[name];
    if (value === undefined) continue;
    const isJson = name === 'payload' || name === 'set';
    args[name] = isJson ? JSON.parse(await readText(String(value), shell.world)) : value;
  }
  return args;
}

async function scopeOf(shell: Shell, words: readonly string[], given: Given): Promise<object> {
  if (words.length > 0) return { instances: await Promise.all(words.map((word) => findInstance(shell, word))) };
  if (given['fingerprint'] !== undefined) return { fingerprint: given['fingerprint'] };
  const query = ['chain', 'state', 'gemeente', 'node'].filter((name) => given[name] !== undefined);
  if (query.length === 0) {
    throw new CliFailure(exits.usage, {
      nl: 'waarop? geef een id of dossier, --fingerprint, of --chain, --state, --gemeente, --node',
      en: 'on what? give an id or dossier, --fingerprint, or --chain, --state, --gemeente, --node',
    });
  }
  return Object.fromEntries(query.map((name) => [name, given[name]]));
}
