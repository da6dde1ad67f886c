import { Option } from 'commander';
import type { Text } from '../language.js';
import { whole } from '../leaf.js';

/** How one verb is typed. `args`: the options that go along as its arguments. */
export interface VerbHelp {
  readonly name: string;
  /** As it is typed, when that is another word. */
  readonly typed?: string;
  readonly about: Text;
  readonly args: readonly string[];
  readonly options: () => readonly Option[];
  readonly example: string;
  /** Only ever on one instance. */
  readonly one?: true;
}

const id = 'VH-2026-000123';
const must = (flags: string, about: string) => new Option(flags, about).makeOptionMandatory();
const may = (flags: string, about: string) => new Option(flags, about);
const number = (flags: string, about: string) => new Option(flags, about).argParser(whole);
const token = () => may('--token <token>', 'welk token; main als er niets staat / which token; main by default');
const to = () => must('--to <node>', 'naar welke plaats / to which place');
const on = () => must('--on <date>', 'op welke dag (JJJJ-MM-DD) / on which day');
const ground = () => must('--ground <text>', 'grond, zoals de wet ze noemt / ground, as the law names it');
const pauseOf = () => [
  may('--kind <kind>', 'chain, node, participant of partition / or one of these'),
  may('--key <key>', 'welke: verhuis, verhuis/woonstcontrole, urn:be:ovo:…, 3 / which'),
];

const plain = (name: string, nl: string, en: string, example: string): VerbHelp => ({
  name,
  about: { nl, en },
  args: [],
  options: () => [],
  example: `kruispunt chain ${name} ${example}`,
});
const onTerm = (name: string, nl: string, en: string): VerbHelp => ({
  name: `${name}-term`,
  about: { nl, en },
  args: ['token', 'on', 'ground', 'calendar'],
  options: () => [
    token(),
    on(),
    ground(),
    ...(name === 'reproject' ? [must('--calendar <days>', 'vrije dagen, met komma’s / free days, by commas')] : []),
  ],
  example: `kruispunt chain ${name}-term OMV-2026-000042 --on 2026-06-08 --ground "ADMINISTRATIEVE_LUS"${name === 'reproject' ? ' --calendar 2026-09-28' : ''} --basis "OVD art. 32" --reason "…"`,
});

/** Every verb on instances, as typed. */
export const verbs: readonly VerbHelp[] = [
  plain(
    'retry',
    'probeert opnieuw wat mislukte',
    'tries again what failed',
    '--fingerprint 9c41ab --reason "fout hersteld in versie 0.4"',
  ),
  plain(
    'discard',
    'laat een mislukte gebeurtenis vallen',
    'lets a failed event go',
    `${id} --reason "dubbel gemeld door de gemeente"`,
  ),
  {
    name: 'resolve',
    about: {
      nl: 'gaat voorbij aan een stap, met een eigen uitkomst',
      en: 'goes past a step, with an outcome of your own',
    },
    args: ['token', 'to', 'set', 'toestand', 'uitkomst'],
    options: () => [
      token(),
      may('--to <node>', 'naar welke plaats / to which place'),
      may('--set <file>', 'JSON met variabelen / JSON with variables'),
      may('--toestand <toestand>', 'de toestand erna / the state after it'),
      may('--uitkomst <code>', 'de uitkomst van de stap / the outcome of the step'),
    ],
    example: `kruispunt chain resolve ${id} --to inschrijven --uitkomst BEVESTIGD --reason "verslag op papier ontvangen"`,
  },
  {
    name: 'edit',
    about: {
      nl: 'verbetert de mislukte gebeurtenis en probeert opnieuw',
      en: 'puts the failed event right and tries again',
    },
    args: ['payload'],
    options: () => [must('--payload <file>', 'de verbeterde inhoud, JSON of - / the payload put right')],
    example: `kruispunt chain edit ${id} --payload verslag.json --reason "tikfout in het verslag"`,
    one: true,
  },
  {
    name: 'recorrelate',
    about: { nl: 'brengt een geparkeerde gebeurtenis bij deze keten', en: 'brings a parked event to this chain' },
    args: ['event'],
    options: () => [must('--event <uuid>', 'de geparkeerde gebeurtenis / the parked event')],
    example: `kruispunt chain recorrelate ${id} --event 3e2d1c0b-1a29-4837-8655-443322110099 --reason "dossiernummer was verkeerd"`,
    one: true,
  },
  {
    name: 'annotate',
    about: { nl: 'schrijft een nota in de geschiedenis', en: 'writes a note into the history' },
    args: ['note'],
    options: () => [must('--note <text>', 'de nota / the note')],
    example: `kruispunt chain annotate ${id} --note "gebeld met de wijkagent" --reason "opvolging van de klacht"`,
  },
  {
    name: 'pause',
    about: { nl: 'houdt stil: wat komt, wacht in volgorde', en: 'lets stand still: what comes waits in order' },
    args: ['kind', 'key'],
    options: pauseOf,
    example: 'kruispunt chain pause --kind chain --key verhuis --reason "fout in de keten, herstel volgt"',
  },
  {
    name: 'resume',
    about: { nl: 'laat verdergaan wat stilstond', en: 'lets go on what stood still' },
    args: ['kind', 'key'],
    options: pauseOf,
    example: 'kruispunt chain resume --kind chain --key verhuis --reason "herstel staat in productie"',
  },
  {
    name: 'republish',
    about: { nl: 'publiceert opnieuw, onder dezelfde id’s', en: 'publishes again, under the same ids' },
    args: ['from', 'to'],
    options: () => [
      number('--from <seq>', 'vanaf deze rij / from this row'),
      number('--to <seq>', 'tot en met deze rij / to this row'),
    ],
    example: `kruispunt chain republish ${id} --from 3 --reason "topic hersteld na verlies"`,
  },
  {
    name: 'reassign-task',
    about: { nl: 'geeft een taak aan een andere rol', en: 'hands a task to another role' },
    args: ['task', 'role'],
    options: () => [must('--task <task>', 'welke taak / which task'), must('--role <role>', 'welke rol / which role')],
    example: `kruispunt chain reassign-task ${id} --task woonstcontrole --role dienst-bevolking --reason "wijkagent is ziek"`,
  },
  {
    name: 'move-token',
    about: { nl: 'zet een token op een andere plaats', en: 'puts a token at another place' },
    args: ['token', 'to'],
    options: () => [token(), to()],
    example: `kruispunt chain move-token ${id} --to geescaleerd --reason "controle is niet meer nodig" --dry-run`,
  },
  {
    name: 'add-token',
    about: { nl: 'begint een tak erbij', en: 'begins one more branch' },
    args: ['token', 'to'],
    options: () => [must('--token <token>', 'naam van de tak / name of the branch'), to()],
    example: `kruispunt chain add-token OMV-2026-000042 --token advies/brandweer --to advies --reason "advies was vergeten"`,
  },
  {
    name: 'cancel-branch',
    about: { nl: 'beëindigt een tak', en: 'ends a branch' },
    args: ['token'],
    options: () => [must('--token <token>', 'welke tak / which branch')],
    example: `kruispunt chain cancel-branch OMV-2026-000042 --token advies/brandweer --reason "advies is niet vereist"`,
  },
  {
    name: 'fork',
    about: {
      nl: 'begint een nieuwe keten waar deze na een rij stond',
      en: 'begins a new chain where this one stood after a row',
    },
    args: ['seq'],
    options: () => [number('--seq <n>', 'na welke rij / after which row').makeOptionMandatory()],
    example: `kruispunt chain fork ${id} --seq 3 --reason "proef met het andere verslag"`,
    one: true,
  },
  plain(
    'restart',
    'begint opnieuw, met de gebeurtenis van toen',
    'begins again, with the event it began with',
    `${id} --reason "verkeerd gestart, gemeente vraagt opnieuw"`,
  ),
  {
    name: 'compensate',
    about: { nl: 'trekt in wat vanaf een stap gepubliceerd is', en: 'withdraws what was published from a step on' },
    args: ['node', 'then'],
    options: () => [
      must('--node <node>', 'vanaf welke stap / from which step'),
      may(
        '--then <node>',
        'met de stappen die de keten daarvoor heeft, en dan naar deze plaats / by the chain’s own undo steps, then to here',
      ),
    ],
    example: `kruispunt chain compensate ${id} --node inschrijven --reason "inschrijving berust op een vergissing"`,
    one: true,
  },
  ...(['migrate', 'unmigrate'] as const).map((name): VerbHelp => ({
    name,
    // `chain migrate …` is about plans as a whole; this is one instance at a time.
    typed: `${name}-one`,
    about:
      name === 'migrate'
        ? { nl: 'brengt naar een andere versie, volgens een plan', en: 'takes to another version, by a plan' }
        : {
            nl: 'maakt een overgang ongedaan, tot de volgende gebeurtenis',
            en: 'undoes a migration, until the next event',
          },
    args: ['plan'],
    options: () => [must('--plan <plan>', 'welk plan / which plan')],
    example: `kruispunt chain ${name}-one ${id} --plan verhuis-1-2 --reason "eerst op één dossier nagekeken"`,
  })),
  onTerm('extend', 'verlengt een termijn, waar de wet dat toelaat', 'lengthens a term, where the law allows it'),
  onTerm('suspend', 'schorst een termijn', 'suspends a term'),
  onTerm('resume', 'hervat een termijn', 'resumes a term'),
  onTerm('interrupt', 'stuit een termijn: ze begint helemaal opnieuw', 'interrupts a term: it begins anew'),
  onTerm('re-anchor', 'telt vanaf een ander feit', 'counts from another fact'),
  onTerm('waive', 'laat een termijn los', 'lets a term go'),
  onTerm('reproject', 'telt opnieuw onder een andere kalender', 'counts again under another calendar'),
];
