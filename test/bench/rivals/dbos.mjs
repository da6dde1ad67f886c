// The move of the bench on DBOS, as its own documentation would have it: a workflow of five steps that waits for a report in the middle.
// Says "ready", then runs as many instances as each line on standard input asks for, and answers each line with the seconds it took.
import { createInterface } from 'node:readline';
import { randomUUID } from 'node:crypto';
import { DBOS } from '@dbos-inc/dbos-sdk';

const lanes = Number(process.env.LANES);

DBOS.setConfig({
  name: 'bench',
  systemDatabaseUrl: process.env.DATABASE_URL,
  logLevel: 'error',
  runAdminServer: false,
});
const step = (name) => DBOS.runStep(async () => ({ name }), { name });
const move = DBOS.registerWorkflow(
  async () => {
    await step('declared');
    await step('check requested');
    const report = await DBOS.recv('report', 600);
    await step(report.resultaat);
    await step('registered');
    await step('announced');
    return 'Ingeschreven';
  },
  { name: 'move' },
);
await DBOS.launch();

async function instance() {
  const workflowID = randomUUID();
  const handle = await DBOS.startWorkflow(move, { workflowID })();
  await DBOS.send(workflowID, { resultaat: 'BEVESTIGD' }, 'report');
  if ((await handle.getResult()) !== 'Ingeschreven') throw new Error('not at its end');
}

console.log('ready');
for await (const line of createInterface({ input: process.stdin })) {
  const total = Number(line);
  const started = performance.now();
  let next = 0;
  const lane = async () => {
    while (next++ < total) await instance();
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  console.log((performance.now() - started) / 1000);
}
await DBOS.shutdown();
process.exit(0);
