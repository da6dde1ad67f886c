import type { Queryable } from './statement.js';

/** A declared move, as the municipality keeps it. */
export interface Verhuis {
  readonly dossier: string;
  readonly pseudoniemen: readonly string[];
  readonly nisOud: string | null;
  readonly nisNieuw: string;
  readonly adresRef: string | null;
  readonly aangiftedatum: string;
}

/** A residence check that was asked of the district officer; `resultaat` null: not done yet. */
export interface Woonstcontrole {
  readonly dossier: string;
  readonly poging: number;
  readonly politiezone: string;
  readonly uitersteDatum: string;
  readonly resultaat: string | null;
}

interface ControleRow {
  dossier: string;
  poging: number;
  politiezone: string;
  uiterste_datum: string;
  resultaat: string | null;
}

const controleOf = (r: ControleRow): Woonstcontrole => ({
  dossier: r.dossier,
  poging: r.poging,
  politiezone: r.politiezone,
  uitersteDatum: r.uiterste_datum,
  resultaat: r.resultaat,
});

/** Moves and the residence checks that belong to them. Every method runs on the transaction or database it is given. */
export class VerhuisStore {
  /** A fresh case reference: `VH-<year>-<six digits>`. */
  async nextDossier(tx: Queryable, year: string): Promise<string> {
    const [row] = await tx.query<{ n: number }>({
      name: 'verhuis-next',
      text: `select nextval('verhuisdossier') as n`,
    });
    return `VH-${year}-${String(row?.n ?? 0).padStart(6, '0')}`;
  }

  async declare(tx: Queryable, v: Verhuis): Promise<void> {
    await tx.query({
      name: 'verhuis-declare',
      text: `insert into verhuis (dossier, pseudoniemen, nis_oud, nis_nieuw, adres_ref, aangiftedatum, stand) values ($1, $2, $3, $4, $5, $6, 'Aangegeven')`,
      values: [v.dossier, [...v.pseudoniemen], v.nisOud, v.nisNieuw, v.adresRef, v.aangiftedatum],
    });
  }

  /** The state the chain came to; answers the address that was declared, or undefined when the move is not one of ours. */
  async settle(
    tx: Queryable,
    dossier: string,
    stand: string,
  ): Promise<{ readonly adresRef: string | null } | undefined> {
    const [row] = await tx.query<{ adres_ref: string | null }>({
      name: 'verhuis-settle',
      text: 'update verhuis set stand = $2 where dossier = $1 returning adres_ref',
      values: [dossier, stand],
    });
    return row && { adresRef: row.adres_ref };
  }

  async ask(tx: Queryable, c: Omit<Woonstcontrole, 'resultaat'>): Promise<void> {
    await tx.query({
      name: 'woonstcontrole-ask',
      text: `insert into woonstcontrole (dossier, poging, politiezone, uiterste_datum) values ($1, $2, $3, $4)
             on conflict (dossier, poging) do nothing`,
      values: [c.dossier, c.poging, c.politiezone, c.uitersteDatum],
    });
  }

  /** The latest check of a dossier, done or not. */
  async latest(tx: Queryable, dossier: string): Promise<Woonstcontrole | undefined> {
    const [row] = await tx.query<ControleRow>({
      name: 'woonstcontrole-latest',
      text: 'select * from woonstcontrole where dossier = $1 order by poging desc limit 1',
      values: [dossier],
    });
    return row && controleOf(row);
  }

  async report(tx: Queryable, dossier: string, poging: number, resultaat: string): Promise<void> {
    await tx.query({
      name: 'woonstcontrole-report',
      text: 'update woonstcontrole set resultaat = $3 where dossier = $1 and poging = $2',
      values: [dossier, poging, resultaat],
    });
  }

  /** Checks that wait for a report, oldest term first. */
  async open(database: Queryable): Promise<readonly Woonstcontrole[]> {
    const rows = await database.query<ControleRow>({
      name: 'woonstcontrole-open',
      text: 'select * from woonstcontrole where resultaat is null order by uiterste_datum, dossier limit 500',
    });
    return rows.map(controleOf);
  }
}
