// A process that works through one partition and meets its fate at a chosen step: a step is one statement of the partition transaction
// or one append to the log. Started by partition-crash.broker.spec.ts, from the built packages, as production runs it.
import { appendFileSync } from 'node:fs';
import pg from 'pg';
import { openDatabase, PostgresPartitionStore } from '@kruispunt/postgres';

const { url, logFile, topic, batches, signal, atStep, moment } = JSON.parse(process.env.PARTITION_WORK);

let steps = 0;
let armed = false;
/** `sent`: the request is out, its answer has not come. `answered`: it has. */
const fate = (when) => armed && steps === atStep && moment === when && process.kill(process.pid, signal);

const query = pg.Client.prototype.query;
pg.Client.prototype.query = async function (...args) {
  if (armed) steps += 1;
  const answer = query.apply(this, args);
  // The socket has written when the event loop comes round once.
  if (armed && steps === atStep && moment === 'sent') await new Promise((resolve) => setImmediate(resolve));
  fate('sent');
  const result = await answer;
  fate('answered');
  return result;
};

const log = {
  async append(records) {
    if (armed) steps += 1;
    fate('sent');
    appendFileSync(logFile, records.map(({ headers }) => `${headers.ce_id}\n`).join(''));
    fate('answered');
    return records.map((_, offset) => ({ topic: 'uit.v1', partition: 0, offset }));
  },
};

const database = openDatabase(url, { sessionsMax: 3 });
const store = new PostgresPartitionStore(database, log);
const outcome = await work().then(
  () => 'done',
  (thrown) => thrown.slug ?? String(thrown),
);
await database.close();
console.log(JSON.stringify({ outcome, steps }));

async function work() {
  const claim = await store.claim('chaos', topic, 0, `worker ${process.pid}`);
  // The first batch runs in peace, so that the second finds an outbox with rows that are published and not yet marked.
  for (let at = Math.max(claim.next, 0); at < batches; at++) {
    armed = at > 0;
    await store.transact(
      claim,
      { from: at === 0 ? claim.next : at, next: at + 1, eventIds: [`${at}`, `${at}b`] },
      async (tx) => {
        await tx.query({
          name: 'chaos-effect',
          text: 'insert into effect (topic, event, by) select $1, unnest($2::text[]), $3',
          values: [topic, [...tx.fresh], 'worker'],
        });
        tx.publish(
          [...tx.fresh].map((id) => ({
            topic: 'uit.v1',
            key: topic,
            value: null,
            headers: { ce_id: `${topic}:${id}` },
          })),
        );
      },
    );
    await store.publishOutbox(claim);
  }
  await store.publishOutbox(claim);
}
