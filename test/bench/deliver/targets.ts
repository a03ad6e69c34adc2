import { join } from 'node:path';
import { freePort, startGnocchi, startKafka, startNats, startPostgres, startRabbitmq } from '@nephometer/test-kit';
import type { Sinks } from './start-sinks.ts';
import type { Target } from './subject.ts';

/** What a target may use. */
export interface TargetContext {
  readonly sinks: Sinks;
  /** For files; of this target alone. */
  readonly directory: string;
  /** Ends what was started for it. */
  readonly cleanUp: AsyncDisposableStack;
}

/** Starts what publishers of one scheme deliver to. */
export type StartTarget = (context: TargetContext) => Target | Promise<Target>;

const only = (...urls: readonly string[]): Target => ({ urls });

/** Old lines make room for new ones, or a run would fill the disk. */
const ROTATION = 'max_bytes=64000000&backup_count=1';

/** By scheme. One that is not here gets a row that says so. */
export const targets: Readonly<Record<string, StartTarget>> = {
  console: () => ({ ...only('console://'), note: '/dev/null' }),
  exporter: async ({ sinks }) => {
    const url = `127.0.0.1:${await freePort()}/metrics`;
    const fetched = encodeURIComponent(`http://${url}`);
    return {
      ...only(`exporter://${url}`),
      note: 'each cycle is scraped once, as text without gzip',
      fetchAfterCycle: `http://127.0.0.1:${sinks.ports.http}/fetch?url=${fetched}`,
    };
  },
  file: ({ directory }) => ({
    ...only(
      `file://${join(directory, 'samples.json')}?${ROTATION}&json`,
      `file://${join(directory, 'samples')}?${ROTATION}`,
    ),
    note: 'rotated at 64 MB',
  }),
  gnocchi: async ({ cleanUp }) => {
    const { port } = cleanUp.use(await startGnocchi());
    return only(`gnocchi://admin:@127.0.0.1:${port}/?auth=basic`);
  },
  http: ({ sinks }) => only(`http://127.0.0.1:${sinks.ports.http}/samples`),
  https: ({ sinks }) => only(`https://127.0.0.1:${sinks.ports.https}/samples?verify_ssl=${sinks.ca}`),
  kafka: async ({ cleanUp }) => {
    const { brokers } = cleanUp.use(await startKafka());
    return { ...only(`kafka://${brokers.join(',')}`), note: "librdkafka's mock broker" };
  },
  nats: async ({ cleanUp }) => {
    const { port } = cleanUp.use(await startNats());
    return { ...only(`nats://127.0.0.1:${port}?stream_max_bytes=64MiB`), note: 'one nats-server, stream in a file' };
  },
  notifier: async ({ cleanUp }) => {
    const rabbitmq = cleanUp.use(await startRabbitmq());
    // Nobody reads what is sent, and it must not fill the memory.
    await rabbitmq.ctl('set_policy', 'short', '.*', '{"max-length":20}', '--apply-to', 'queues');
    return { ...only(`notifier://127.0.0.1:${rabbitmq.port}/`), note: 'RabbitMQ; old messages make room' };
  },
  opentelemetryhttp: ({ sinks }) => ({
    ...only(`opentelemetryhttp://127.0.0.1:${sinks.ports.http}/v1/metrics`),
    note: 'a request for each sample',
  }),
  otlp: ({ sinks }) =>
    only(`otlp://127.0.0.1:${sinks.ports.otlp}`, `otlp://127.0.0.1:${sinks.ports.http}?protocol=http`),
  otlps: ({ sinks }) => only(`otlps://127.0.0.1:${sinks.ports.otlps}?verify_ssl=${sinks.ca}`),
  postgresql: async ({ cleanUp }) => {
    const postgres = cleanUp.use(await startPostgres());
    return { ...only(postgres.url()), note: 'fsync off' };
  },
  prometheus: ({ sinks }) => ({
    ...only(`prometheus://127.0.0.1:${sinks.ports.http}/metrics/job/ceilometer`),
    note: 'a request for each resource',
  }),
  remotewrite: ({ sinks }) => only(`remotewrite://127.0.0.1:${sinks.ports.http}/api/v1/write`),
  sqlite: ({ directory }) => only(`sqlite://${join(directory, 'samples.db')}`),
  tcp: ({ sinks }) => only(`tcp://127.0.0.1:${sinks.ports.tcp}`),
  test: () => ({ ...only('test://'), note: 'keeps the newest samples in memory' }),
  udp: ({ sinks }) => only(`udp://127.0.0.1:${sinks.ports.udp}`),
};
