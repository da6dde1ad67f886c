import { Option, type Command } from 'commander';
import { CliFailure, exits } from '../failure.js';
import { dryRunOption, leaf, reasonOption, whole, type ActOptions, type Tree } from '../leaf.js';
import { readObject } from '../read-object.js';
import type { Shell } from '../shell.js';
import { listLines, protocolLines, showAct } from './describe-protocol.js';
import type { ActAnswer, HistoryAnswer, ProposalAnswer, ProtocolAnswer } from './protocol-answers.js';

interface ProposeOptions extends ActOptions {
  readonly file: string;
  readonly replaces?: number;
}
interface DecideOptions extends ActOptions {
  readonly digest?: string;
}

/** `kruispunt access protocols list|show|propose|approve|reject|withdraw`: who may get what, changed by two people. */
export function protocolCommands(access: Command, tree: Tree): void {
  const protocols = access
    .command('protocols')
    .description('protocollen: wie wat mag krijgen / protocols: who may get what')
    .helpCommand(false);
  leaf(protocols, tree, {
    usage: 'list',
    about: { nl: 'alle versies, en wat is voorgesteld', en: 'every version, and what is proposed' },
    example: 'kruispunt access protocols list -o json',
    act: list,
  });
  leaf(protocols, tree, {
    usage: 'show <protocol>',
    about: { nl: 'een versie, met wie erachter staat', en: 'a version, with the people behind it' },
    example: 'kruispunt access protocols show P-118@2',
    act: (shell, [name]) => show(shell, name!),
  });
  leaf<ProposeOptions>(protocols, tree, {
    usage: 'propose <protocol>',
    about: {
      nl: 'stelt een versie voor; een collega keurt ze goed',
      en: 'proposes a version; a colleague approves it',
    },
    example: 'kruispunt access protocols propose P-118@3 --file p-118.json --replaces 2 --reason "nieuw besluit"',
    options: [
      reasonOption(),
      new Option('--file <json>', 'de tekst; - is stdin / the text; - is stdin').makeOptionMandatory(),
      new Option('--replaces <version>', 'de versie die ze vervangt / the version whose place it takes').argParser(
        whole,
      ),
      dryRunOption(),
    ],
    act: (shell, [name], options) => propose(shell, name!, options),
  });
  leaf<DecideOptions>(protocols, tree, {
    usage: 'approve <protocol>',
    about: {
      nl: 'keurt goed, als tweede persoon; meteen van kracht',
      en: 'approves, as the second person; in force at once',
    },
    example: 'kruispunt access protocols approve P-118@3 --reason "nagelezen met de jurist"',
    options: [reasonOption(), digestOption(), dryRunOption()],
    act: (shell, [name], options) => decide(shell, name!, 'approve', options),
  });
  leaf<DecideOptions>(protocols, tree, {
    usage: 'reject <protocol>',
    about: { nl: 'wijst een voorstel af', en: 'rejects a proposal' },
    example: 'kruispunt access protocols reject P-118@3 --reason "verkeerde rechtsgrond"',
    options: [reasonOption(), digestOption(), dryRunOption()],
    act: (shell, [name], options) => decide(shell, name!, 'reject', options),
  });
  leaf<ActOptions>(protocols, tree, {
    usage: 'withdraw <protocol>',
    about: {
      nl: 'trekt een versie in: meteen, voorgoed, door één persoon',
      en: 'withdraws a version: at once, for good, by one person',
    },
    example: 'kruispunt access protocols withdraw P-118@2 --reason "machtiging vernietigd"',
    options: [reasonOption(), dryRunOption()],
    act: (shell, [name], options) => withdraw(shell, name!, options),
  });
}

const digestOption = (): Option =>
  new Option(
    '--digest <hex>',
    'alleen als de tekst deze digest heeft (begin volstaat) / only when the text has this digest (a beginning will do)',
  );

async function list(shell: Shell): Promise<void> {
  const answer = await shell.gateway('deliveryGateway').get<{
    readonly protocols: readonly ProtocolAnswer[];
    readonly proposals: readonly ProposalAnswer[];
  }>('/v1/protocols');
  const open = answer.proposals[0]?.protocol;
  const first = open ?? answer.protocols[0];
  shell.show({
    data: answer,
    list: [...answer.protocols, ...answer.proposals],
    lines: listLines(shell, answer.protocols, answer.proposals),
    ...(first && { next: `kruispunt access protocols show ${first.id}@${first.version}` }),
  });
}

interface Shown {
  readonly inForce: HistoryAnswer | null;
  readonly proposal: ProposalAnswer | null;
}

async function show(shell: Shell, name: string): Promise<void> {
  const answer = await shell.gateway('deliveryGateway').get<Shown>(pathOf(name));
  const { inForce, proposal } = answer;
  const verb = proposal?.state === 'proposed' ? 'approve' : 'withdraw';
  shell.show({
    data: answer,
    lines: protocolLines(shell, inForce, proposal?.state === 'approved' ? null : proposal),
    next: `kruispunt access protocols ${verb} ${name} --reason "…" --dry-run`,
  });
}

async function propose(shell: Shell, name: string, { reason, file, replaces, dryRun }: ProposeOptions): Promise<void> {
  const text = await readObject(file, shell.world);
  const body = { ...text, reason, dryRun: dryRun === true, ...(replaces !== undefined && { replaces }) };
  const act = await shell.gateway('deliveryGateway').post<ActAnswer>(`${pathOf(name)}/propose`, body);
  const [word, who] =
    dryRun === true
      ? [`propose ${name} --file ${file}`, '']
      : [`approve ${name}`, shell.say({ nl: '   (door een collega)', en: '   (by a colleague)' })];
  shell.show(showAct(shell, act, `kruispunt access protocols ${word} --reason "…"${who}`));
}

async function decide(
  shell: Shell,
  name: string,
  verb: 'approve' | 'reject',
  { reason, digest, dryRun }: DecideOptions,
): Promise<void> {
  const gateway = shell.gateway('deliveryGateway');
  const { proposal } = await gateway.get<Shown>(pathOf(name));
  const seen = proposal?.digest ?? '';
  if (digest !== undefined && !seen.startsWith(digest.toLowerCase()))
    throw new CliFailure(exits.planChanged, { nl: `de tekst heeft digest ${seen}`, en: `the text has digest ${seen}` });
  const body = { digest: seen === '' ? 'none' : seen, reason, dryRun: dryRun === true };
  const act = await gateway.post<ActAnswer>(`${pathOf(name)}/${verb}`, body);
  const next = dryRun === true ? `${verb} ${name} --reason "…"` : `show ${name}`;
  shell.show(showAct(shell, act, `kruispunt access protocols ${next}`));
}

async function withdraw(shell: Shell, name: string, { reason, dryRun }: ActOptions): Promise<void> {
  const body = { reason, dryRun: dryRun === true };
  const act = await shell.gateway('deliveryGateway').post<ActAnswer>(`${pathOf(name)}/withdraw`, body);
  const next = dryRun === true ? `withdraw ${name} --reason "…"` : `show ${name}`;
  shell.show(showAct(shell, act, `kruispunt access protocols ${next}`));
}

/** `P-118@2`. Exit 2 for anything else. */
function pathOf(name: string): string {
  const [, id, version] = /^([\w.-]+)@(\d+)$/.exec(name) ?? [];
  if (id === undefined || version === undefined)
    throw new CliFailure(exits.usage, {
      nl: `"${name}" is geen protocol: schrijf naam@versie`,
      en: `"${name}" is no protocol: write name@version`,
    });
  return `/v1/protocols/${encodeURIComponent(id)}/${version}`;
}
