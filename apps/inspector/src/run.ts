import { ConfigError, createSelfMetrics, serveHttp } from '@nephometer/service';
import type { HttpServer, Logger } from '@nephometer/service';
import type { InspectorConfig } from '@nephometer/service-config';
import { createAvailability } from './availability.ts';
import { createHypervisor } from './create-hypervisor.ts';
import type { HypervisorSink } from './hypervisor.ts';
import { InspectorError } from './inspector-error.ts';
import { createInventory } from './inventory.ts';
import { createCredentials } from './server/credentials.ts';
import { startGrpcServer } from './server/grpc-server.ts';
import type { GrpcServer } from './server/grpc-server.ts';
import { createHangMetrics } from './server/hang-metrics.ts';
import { createHealth } from './server/health.ts';
import { createInspectorMetrics } from './server/self-metrics.ts';
import { completeReading } from './service/complete-reading.ts';
import { createInspectorService } from './service/inspector-service.ts';
import { createSharedReadings } from './service/shared-reading.ts';
import { untilAborted } from './until-aborted.ts';

/** What a run needs. */
export interface RunSettings {
  readonly config: InspectorConfig;
  readonly logger: Logger;
  readonly version: string;
  /** How long calls under way may take to finish when the inspector stops; default 5 s. */
  readonly graceMs?: number;
}

/**
 * Runs the inspector until `signal` aborts, then stops in order: NOT_SERVING, streams, calls under way, hypervisor.
 * Everything that was started is closed when it settles.
 *
 * @throws ConfigError for an address or certificate that can never work; InspectorError or ServiceError for a port that
 * cannot be used
 */
export async function run(
  { config, logger, version, graceMs = 5000 }: RunSettings,
  signal: AbortSignal,
): Promise<void> {
  const selfMetrics = createSelfMetrics({ service: 'nephometer-inspector', version });
  const metrics = {
    ...createInspectorMetrics(selfMetrics, () => sink),
    ...createHangMetrics(selfMetrics, () => hypervisor.hangProtection()),
  };
  const inventory = createInventory({ onDropped: metrics.onWatcherDropped });
  const sink: HypervisorSink = { inventory, availability: createAvailability() };
  const hypervisor = createHypervisor(config, logger, metrics);
  const readings = createSharedReadings({
    async inspect(request, readSignal) {
      const reading = await completeReading(hypervisor, sink, request, readSignal);
      metrics.onReading(reading);
      return reading;
    },
  });
  const stopping = new AbortController();
  const now = Date.now;
  const context = { ...sink, hypervisor, readings, hostName: config.host, version, now, stopping: stopping.signal };
  const health = createHealth(sink.availability);
  const driver = new AbortController();
  const driving = hypervisor.run(sink, driver.signal);
  // Looked at below; until then a failure must not count as unhandled.
  driving.catch(() => {});
  let server: GrpcServer | undefined;
  let http: HttpServer | undefined;
  try {
    await failsAtOnce(driving);
    server = await startGrpcServer({
      address: config.listen,
      credentials: await createCredentials(config.tls),
      allow: config.tls?.allow,
      service: createInspectorService(context, (err, method) => logger.error({ err, method }, 'call failed')),
      health,
      onCallEnd: metrics.onCallEnd,
      stopping: stopping.signal,
    });
    if (config.http !== undefined) {
      const address = config.http;
      const report = () => ({ checks: { hypervisor: hypervisorCheck(sink, hypervisor.uri) } });
      http = await serveHttp({ address, handlers: {}, health: report, metrics: selfMetrics, logger });
    }
    const { name, uri } = hypervisor;
    logger.info({ listen: server.address, http: http?.address, hypervisor: name, uri }, 'ready');
    await Promise.race([untilAborted(signal), driving]);
    logger.info('stopping');
  } catch (error) {
    throw toConfigError(error);
  } finally {
    health.drain();
    stopping.abort();
    await server?.close(graceMs);
    driver.abort(new InspectorError('stopping', 'The inspector is stopping'));
    await driving.catch(() => {});
    await http?.close();
  }
}

/** A driver that cannot work at all says so before it waits for anything. */
async function failsAtOnce(driving: Promise<void>): Promise<void> {
  await Promise.race([driving, new Promise((resolve) => setImmediate(resolve))]);
}

function hypervisorCheck({ availability }: HypervisorSink, uri: string): { ok: boolean; message: string } {
  const { current } = availability;
  return current.available ? { ok: true, message: `connected to ${uri}` } : { ok: false, message: current.reason };
}

/** What the operator has to change in the configuration ends the program like any other problem of it. */
function toConfigError(error: unknown): unknown {
  if (!(error instanceof InspectorError)) return error;
  if (error.code !== 'unsupported-uri' && error.code !== 'bad-tls') return error;
  const path = error.code === 'bad-tls' ? 'tls' : 'libvirt.uri';
  return new ConfigError([{ file: 'configuration', path, message: error.message }]);
}
