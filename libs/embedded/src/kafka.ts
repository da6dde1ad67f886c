import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { classPathOf, partFolder, workspaceRoot } from './parts.js';
import { anyFreePort } from './ports.js';
import { startChild, untilReady, type Child } from './process.js';

const run = promisify(execFile);

export interface KafkaOptions {
  /** Data, configuration and log of this broker. */
  readonly folder: string;
  readonly port?: number;
  readonly controllerPort?: number;
  /** Heap in MiB; 512 by default. */
  readonly heapMb?: number;
  /** G1 and full compilation instead of a quick start: for benchmarks. */
  readonly tuned?: boolean;
}

export interface RunningKafka {
  readonly brokers: string;
  readonly logFile: string;
  readonly pid: () => number;
  stop(): Promise<void>;
  /** SIGKILL. */
  kill(): Promise<void>;
  /** Starts the same broker on the same data and port again. */
  start(): Promise<void>;
  /** Freezes (true) or thaws (false) the broker's process. */
  freeze(frozen: boolean): void;
}

const properties = (o: { folder: string; port: number; controllerPort: number }): string =>
  [
    'process.roles=broker,controller',
    'node.id=1',
    `controller.quorum.voters=1@127.0.0.1:${o.controllerPort}`,
    `listeners=PLAINTEXT://127.0.0.1:${o.port},CONTROLLER://127.0.0.1:${o.controllerPort}`,
    'controller.listener.names=CONTROLLER',
    `log.dirs=${join(o.folder, 'log')}`,
    'auto.create.topics.enable=false',
    ...['offsets.topic', 'transaction.state.log', 'share.coordinator.state.topic'].map(
      (t) => `${t}.replication.factor=1`,
    ),
    ...['transaction.state.log', 'share.coordinator.state.topic'].map((t) => `${t}.min.isr=1`),
    'offsets.topic.num.partitions=4',
    'transaction.state.log.num.partitions=1',
    'group.initial.rebalance.delay.ms=0',
    'num.network.threads=2',
    'num.io.threads=4',
    'background.threads=2',
    'log.cleaner.threads=1',
    'log.cleaner.dedupe.buffer.size=16777216',
    'log.retention.check.interval.ms=60000',
    // Quick to notice a dead broker or member: this is one machine.
    'broker.session.timeout.ms=2000',
    'broker.heartbeat.interval.ms=300',
    'group.min.session.timeout.ms=1000',
    'group.consumer.session.timeout.ms=6000',
    'group.consumer.min.session.timeout.ms=3000',
    'group.consumer.heartbeat.interval.ms=1000',
    'group.consumer.min.heartbeat.interval.ms=500',
    '',
  ].join('\n');

/** Whether a broker answers ApiVersions on `port`: an open port alone is too early. */
function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    const done = (ok: boolean) => {
      socket.destroy();
      resolve(ok);
    };
    socket.setTimeout(1_000, () => done(false));
    socket.once('error', () => done(false));
    socket.once('data', () => done(true));
    socket.once('close', () => resolve(false));
    // ApiVersions v0, correlation id 1, client id "probe": size, key 18, version 0.
    socket.once('connect', () =>
      socket.write(Buffer.from('0000000f001200000000000100057072 6f6265'.replace(' ', ''), 'hex')),
    );
  });
}

/** A real Apache Kafka (KRaft, one node) on the loopback address. Formats its folder once; data survives restarts. */
export async function startKafka(options: KafkaOptions): Promise<RunningKafka> {
  const jars = partFolder('kafka');
  const port = options.port ?? (await anyFreePort());
  const controllerPort = options.controllerPort ?? (await anyFreePort());
  const { folder } = options;
  await mkdir(folder, { recursive: true });
  const config = join(folder, 'server.properties');
  const logFile = join(folder, 'kafka.log');
  await writeFile(config, properties({ folder, port, controllerPort }));
  const archive = join(jars, 'kafka.jsa');
  const classPath = ['-cp', classPathOf(jars)];
  const log4j = `-Dlog4j2.configurationFile=${join(workspaceRoot(), 'docker', 'kafka', 'log4j2.yaml')}`;
  const quick = [
    '-XX:+UseSerialGC',
    '-XX:TieredStopAtLevel=1',
    ...(existsSync(archive) ? [`-XX:SharedArchiveFile=${archive}`, '-Xshare:auto'] : []),
  ];
  if (!existsSync(join(folder, 'log', 'meta.properties')))
    await run('java', [
      ...quick,
      ...classPath,
      log4j,
      'kafka.tools.StorageTool',
      'format',
      '-t',
      'a3J1aXNwdW50LWxvZy0wMQ',
      '-c',
      config,
    ]);

  let child: Child;
  const start = async () => {
    child = startChild({
      name: 'kafka',
      command: 'java',
      args: [
        '-Xms128m',
        `-Xmx${options.heapMb ?? 512}m`,
        ...(options.tuned ? ['-XX:+UseG1GC'] : quick),
        ...classPath,
        log4j,
        'kafka.Kafka',
        config,
      ],
      logFile,
    });
    await untilReady(child, logFile, () => answers(port));
  };
  await start();
  return {
    brokers: `127.0.0.1:${port}`,
    logFile,
    pid: () => child.pid,
    start,
    stop: () => child.stop('SIGTERM', 3_000),
    kill: () => child.kill(),
    freeze: (frozen) => child.signal(frozen ? 'SIGSTOP' : 'SIGCONT'),
  };
}
