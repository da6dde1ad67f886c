/** What is said to people, in both languages; verbs and JSON keys are English always. */
export interface Text {
  readonly nl: string;
  readonly en: string;
}
export type Language = keyof Text;

/** `--lang`, else the environment's LC_ALL, LC_MESSAGES or LANG: English when it says so, Dutch otherwise. */
export function languageOf(wish: string | undefined, env: Readonly<Record<string, string | undefined>>): Language {
  if (wish === 'nl' || wish === 'en') return wish;
  const system = env['LC_ALL'] ?? env['LC_MESSAGES'] ?? env['LANG'] ?? '';
  return /^en[_.-]|^en$/i.test(system) ? 'en' : 'nl';
}
