import type { Queryable } from './statement.js';

/** A permit application, as the authority keeps it. `aandacht`: its parcels that changed since. */
export interface Aanvraag {
  readonly projectnummer: string;
  readonly indieningsdatum: string;
  readonly gemeenten: readonly string[];
  readonly percelen: readonly string[];
  readonly adressen: readonly string[];
  readonly aandacht: readonly string[];
}

/** The permit dossiers of an authority. */
export class AanvraagStore {
  async file(tx: Queryable, a: Aanvraag): Promise<void> {
    await tx.query({
      name: 'aanvraag-file',
      text: `insert into aanvraag (projectnummer, indieningsdatum, gemeenten, percelen, adressen) values ($1, $2, $3, $4, $5)`,
      values: [a.projectnummer, a.indieningsdatum, [...a.gemeenten], [...a.percelen], [...a.adressen]],
    });
  }

  /** A parcel changed: every dossier that names it gets it on its list, once. */
  async attend(tx: Queryable, percelen: readonly string[]): Promise<void> {
    await tx.query({
      name: 'aanvraag-attend',
      text: `update aanvraag set aandacht = (select array_agg(distinct p order by p)
               from unnest(aandacht || array(select unnest(percelen) intersect select unnest($1::text[]))) as p)
             where percelen && $1`,
      values: [[...percelen]],
    });
  }

  async find(database: Queryable, projectnummer: string): Promise<Aanvraag | undefined> {
    const [row] = await database.query<{
      projectnummer: string;
      indieningsdatum: string;
      gemeenten: string[];
      percelen: string[];
      adressen: string[];
      aandacht: string[];
    }>({
      name: 'aanvraag-find',
      text: 'select * from aanvraag where projectnummer = $1',
      values: [projectnummer],
    });
    return row;
  }
}
