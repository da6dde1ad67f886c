import { Option, type Command } from 'commander';
import { leaf, reasonOption, type Act, type Tree } from '../leaf.js';

interface RegisterOptions {
  readonly reason: string;
  readonly dryRun?: boolean;
}

/** The contracts and the registry's client are loaded by the command that needs them: they take half a second, which `replay` need not wait. */
const verbs = () => import('./schema-verbs.js');

/** `kruispunt schema list|check|register`: the contracts of this build against the registry. Only `register` writes, and only at deploy. */
export function schemaCommands(schema: Command, tree: Tree): void {
  leaf(schema, tree, {
    usage: 'list',
    about: { nl: 'de schema’s van deze versie', en: 'the schemas of this version' },
    example: 'kruispunt schema list -o jsonl',
    act: async (shell) => (await verbs()).listSchemas(shell),
  });
  leaf(schema, tree, {
    usage: 'check',
    about: {
      nl: 'mogen deze schema’s volgen op wat geregistreerd is?',
      en: 'may these schemas follow what is registered?',
    },
    example: 'kruispunt schema check',
    act: async (shell) => (await verbs()).checkSchemas(shell),
  });
  const register: Act<RegisterOptions> = async (shell, _, { dryRun }) => {
    const { checkSchemas, registerSchemas } = await verbs();
    await (dryRun === true ? checkSchemas(shell) : registerSchemas(shell));
  };
  leaf<RegisterOptions>(schema, tree, {
    usage: 'register',
    about: { nl: 'registreert de schema’s, bij het uitrollen', en: 'registers the schemas, at deploy' },
    example: 'kruispunt schema register --reason "uitrol 0.2.0"',
    options: [reasonOption(), new Option('--dry-run', 'alleen nagaan / only check')],
    act: register,
  });
}
