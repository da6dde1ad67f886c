/** Rules of ESLint for chains: no clock, no chance, no world. */
export const purity: Readonly<Record<'no-restricted-globals' | 'no-restricted-syntax', readonly unknown[]>>;
