import type { Queryable } from './statement.js';

/** A civil-status act, as its registrar keeps it. */
export interface Akte {
  readonly referentie: string;
  readonly akteType: string;
  readonly gebeurtenisdatum: string | null;
  readonly gemeenteNis: string;
  /** Of a birth: the child's pseudonym, once its number is assigned. */
  readonly kindPseudoniem: string | null;
}

/** The acts of a registrar. */
export class AkteStore {
  async sign(tx: Queryable, akte: Akte): Promise<void> {
    await tx.query({
      name: 'akte-sign',
      text: `insert into akte (referentie, akte_type, gebeurtenisdatum, gemeente_nis, kind_pseudoniem) values ($1, $2, $3, $4, $5)`,
      values: [akte.referentie, akte.akteType, akte.gebeurtenisdatum, akte.gemeenteNis, akte.kindPseudoniem],
    });
  }

  /** The number of a child has come: correlated by the act, never by name and date. */
  async identify(tx: Queryable, referentie: string, kindPseudoniem: string): Promise<void> {
    await tx.query({
      name: 'akte-identify',
      text: 'update akte set kind_pseudoniem = $2 where referentie = $1',
      values: [referentie, kindPseudoniem],
    });
  }

  async find(database: Queryable, referentie: string): Promise<Akte | undefined> {
    const [row] = await database.query<{
      referentie: string;
      akte_type: string;
      gebeurtenisdatum: string | null;
      gemeente_nis: string;
      kind_pseudoniem: string | null;
    }>({
      name: 'akte-find',
      text: 'select * from akte where referentie = $1',
      values: [referentie],
    });
    return (
      row && {
        referentie: row.referentie,
        akteType: row.akte_type,
        gebeurtenisdatum: row.gebeurtenisdatum,
        gemeenteNis: row.gemeente_nis,
        kindPseudoniem: row.kind_pseudoniem,
      }
    );
  }
}
