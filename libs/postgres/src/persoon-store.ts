import type { Queryable } from './statement.js';

/** A person as the register holds one. `gegevens` is the document that is fetched under a purpose; `insz` never leaves the register. */
export interface Persoon {
  readonly pseudoniem: string;
  readonly insz: string;
  readonly gegevens: Readonly<Record<string, unknown>>;
  readonly beheerderNis: string | null;
  readonly nietMededeelbaar: boolean;
}

interface Row {
  pseudoniem: string;
  insz: string;
  gegevens: Record<string, unknown>;
  beheerder_nis: string | null;
  niet_mededeelbaar: boolean;
}

const persoonOf = (r: Row): Persoon => ({
  pseudoniem: r.pseudoniem,
  insz: r.insz,
  gegevens: r.gegevens,
  beheerderNis: r.beheerder_nis,
  nietMededeelbaar: r.niet_mededeelbaar,
});

/** The population register. */
export class PersoonStore {
  constructor(private readonly database: Queryable) {}

  /** Writes all, replacing who is there; answers how many. */
  async put(personen: readonly Persoon[]): Promise<number> {
    await this.database.query({
      name: 'persoon-put',
      text: `insert into persoon (pseudoniem, insz, gegevens, beheerder_nis, niet_mededeelbaar)
             select * from unnest($1::text[], $2::text[], $3::jsonb[], $4::text[], $5::boolean[])
             on conflict (pseudoniem) do update set gegevens = excluded.gegevens, beheerder_nis = excluded.beheerder_nis,
               niet_mededeelbaar = excluded.niet_mededeelbaar, gewijzigd = now()`,
      values: [
        personen.map((p) => p.pseudoniem),
        personen.map((p) => p.insz),
        personen.map((p) => JSON.stringify(p.gegevens)),
        personen.map((p) => p.beheerderNis),
        personen.map((p) => p.nietMededeelbaar),
      ],
    });
    return personen.length;
  }

  async find(pseudoniem: string): Promise<Persoon | undefined> {
    const [row] = await this.database.query<Row>({
      name: 'persoon-find',
      text: 'select * from persoon where pseudoniem = $1',
      values: [pseudoniem],
    });
    return row && persoonOf(row);
  }

  /** A completed registration: the new administrator, and the address that goes with it. Runs inside the caller's transaction. */
  async register(tx: Queryable, pseudoniemen: readonly string[], nis: string, adresRef: string | null): Promise<void> {
    await tx.query({
      name: 'persoon-register',
      text: `update persoon set beheerder_nis = $2, gewijzigd = now(),
               gegevens = gegevens || jsonb_build_object('beheerderNis', $2::text) || case when $3::text is null then '{}'::jsonb
                 else jsonb_build_object('adresRef', $3::text) end
             where pseudoniem = any($1)`,
      values: [[...pseudoniemen], nis, adresRef],
    });
  }
}
