import { Problem } from '@kruispunt/problem';
import type { Database } from '@kruispunt/postgres';

interface Row {
  readonly name: string;
  readonly topic: string;
  readonly part: number;
  readonly difference: number;
}

/**
 * Conservation (I5) after a test, whatever it was about: matched = delivered + suppressed + held + parked + discarded in every position.
 * Answers a fault that names each subscription, topic and partition where it is not so; undefined when the books balance, or when the
 * test has taken the database away.
 */
export async function unbalancedBooks(database: Database): Promise<Error | undefined> {
  const rows = await rowsOf(database);
  if (rows === undefined || rows.length === 0) return undefined;
  const places = rows.map(({ name, topic, part, difference }) => `${name} in ${topic}/${part}: ${difference}`);
  return new Error(`the books do not balance (I5):\n  ${places.join('\n  ')}`);
}

async function rowsOf(database: Database): Promise<readonly Row[] | undefined> {
  try {
    return await database.query<Row>({
      name: 'e2e-unbalanced',
      text: `select s.name, c.topic, c.part, c.difference from delivery_conservation c join subscription s on s.id = c.sub
             where c.difference <> 0 order by 1, 2, 3`,
    });
  } catch (thrown) {
    // Gone, or never made: a system without the delivery gateway has no books.
    if (thrown instanceof Problem) return undefined;
    throw thrown;
  }
}
