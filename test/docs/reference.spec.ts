import { describe, expect, it } from '@jest/globals';
import { platformSettings } from '@kruispunt/nest';
import { catalogue, type CatalogueEntry } from '@kruispunt/problem';
import type { Definition, Setting } from '@kruispunt/config';
import { appSettings } from './app-settings.js';
import { generatedPage } from './generated-page.js';

const cell = (text: string): string => text.replaceAll('|', '\\|');
const table = (columns: readonly string[], rows: readonly (readonly string[])[]): string =>
  [columns, columns.map(() => '---'), ...rows].map((row) => `| ${row.map(cell).join(' | ')} |`).join('\n');

function defaultOf({ default: value, secret }: Setting<unknown>): string {
  if (value === undefined) return '**required**';
  if (secret === true || value === '' || (Array.isArray(value) && value.length === 0)) return 'empty';
  if (typeof value === 'boolean') return value ? '`1`' : '`0`';
  return `\`${Array.isArray(value) ? value.join(',') : JSON.stringify(value).replaceAll('"', '')}\``;
}

const settingRows = (definition: Definition) =>
  Object.values(definition).map((s) => [
    `\`${s.env}\``,
    s.secret === true ? `${s.unit}, secret` : s.unit,
    defaultOf(s),
    s.doc,
  ]);

async function configPage(): Promise<string> {
  const columns = ['Setting', 'Unit', 'Default', 'Meaning'];
  const apps = [...(await appSettings())].map(
    ([app, definition]) => `## ${app}\n\n${table(columns, settingRows(definition))}\n`,
  );
  return [
    '# Settings\n',
    'Read once, at the start of a process; a missing one, an unreadable one and a `KP_` variable that nobody knows end the start.\n',
    `## Every process\n\n${table(columns, settingRows(platformSettings))}\n`,
    ...apps,
  ].join('\n');
}

function problemPage(): string {
  const entries = Object.entries<CatalogueEntry>(catalogue);
  const rows = entries.map(([slug, { status, retry, title, advice }]) => [
    `\`${slug}\``,
    String(status),
    retry,
    `${title.nl}. ${advice.nl}`,
    `${title.en}. ${advice.en}`,
  ]);
  return [
    '# Problems\n',
    'Every error that Kruispunt gives, over HTTP as problem+json (RFC 9457) with `type` `urn:kruispunt:problem:<slug>`. `retry`: `never`, `later` (the',
    'same request may pass), `after-change` (right after what the advice says).\n',
    `${table(['Slug', 'Status', 'Retry', 'Nederlands', 'English'], rows)}\n`,
  ].join('\n');
}

describe('the reference', () => {
  generatedPage('config.md', 'apps/*/src/config.ts and libs/nest/src/process/platform-settings.ts', configPage);
  generatedPage('problems.md', 'libs/problem/src/catalogue.ts', problemPage);

  it('knows every app that has settings, and no setting twice with two meanings', async () => {
    const apps = await appSettings();
    expect([...apps.keys()]).toEqual(
      expect.arrayContaining(['publish-gateway', 'delivery-gateway', 'chain-integrator']),
    );
    const all = [...apps.values(), platformSettings as Definition].flatMap((definition) => Object.values(definition));
    expect(new Set(all.map(({ env }) => env)).size).toBe(all.length);
    expect(all.filter(({ doc }) => !doc.endsWith('.'))).toEqual([]);
  });
});
