import { hostname } from 'node:os';
import { dirname } from 'node:path';
import { withDeadline } from '@nephometer/abortable';
import type { Ledger } from '@nephometer/delivery';
import type { Cloud } from '@nephometer/openstack';
import { createInspectorClient } from '@nephometer/inspector-client';
import { createPipeline } from '@nephometer/pipeline';
import type { Pipeline } from '@nephometer/pipeline';
import { ConfigError, createSelfMetrics, formatError, serveHttp } from '@nephometer/service';
import type { HealthReport, HttpServer, Logger } from '@nephometer/service';
import type { CoordinatorConfig } from '@nephometer/service-config';
import { changePlan } from './change-plan.ts';
import { createCoordinatorMetrics } from './coordinator-metrics.ts';
import { observeDeliveries } from './delivery-log.ts';
import { createDeliverySet } from './delivery-set.ts';
import type { DeliverySet } from './delivery-set.ts';
import { createHostLog } from './host-log.ts';
import { createHost } from './host.ts';
import type { Host } from './host.ts';
import { loadPlan, planFiles } from './plan.ts';
import type { Plan, Plugins } from './plan.ts';
import { observePipeline } from './pipeline-log.ts';
import { createQueueFiles } from './queue-files.ts';
import type { QueueFiles } from './queue-files.ts';
import { watchConfiguration } from './reload.ts';
import { runCycle } from './run-task.ts';
import type { TaskInput } from './run-task.ts';
import { createSummary } from './summary.ts';
import type { Summary } from './summary.ts';
import { createTaskHealth } from './task-health.ts';
import { createTaskSet } from './task-set.ts';
import { version } from './version.ts';

/** How long samples may take to leave when the service stops, in milliseconds. */
const FLUSH_GRACE_MS = 5_000;

/** What {@link run} is given. */
export interface RunInput {
  readonly config: CoordinatorConfig;
  readonly plan: Plan;
  /** What `stampFiles` said of the plan's files before they were read. */
  readonly planStamp: string;
  readonly plugins: Plugins;
  /** Asks OpenStack for the discoveries; absent if nobody does. */
  readonly cloud: Cloud | undefined;
  /** A new id for each sample. */
  readonly nextId: () => string;
  /** Every task runs exactly once, everything is published, then the end. */
  readonly once: boolean;
  readonly logger: Logger;
  readonly stdout: NodeJS.WriteStream;
  /** Calls its listener when somebody asks for the configuration to be read again. */
  readonly onHangup: (listener: () => void) => void;
}

/**
 * The coordinator: polls the hosts at the tasks' ticks, publishes the samples, until aborted.
 *
 * @returns the exit code: 0, or 1 if `once` and a host or a publisher failed
 */
export async function run(input: RunInput, signal: AbortSignal): Promise<number> {
  const { config, plan, plugins, cloud, nextId, once, logger } = input;
  const metrics = createSelfMetrics({ service: 'nephometer-coordinator', version });
  const health = createTaskHealth();
  const hosts = createHosts(config, plugins);
  const queues = createQueueFiles(config.stateDir, logger);
  const deliveries = createDeliveries(input, queues);
  let http: HttpServer | undefined;
  try {
    await deliveries.apply(plan.pipeline);
    const { outlets } = deliveries;
    const { transformers } = plugins;
    const pipeline = createPipeline({ config: plan.pipeline, outlets, transformers, events: observePipeline(logger) });
    void queues.reportForgotten();
    const summary = createSummary(deliveries.ledgers());
    const ledgers = (): readonly Ledger[] => deliveries.ledgers();
    const counters = createCoordinatorMetrics(metrics, { pipeline, ledgers, cloud });
    const stamps = { source: config.sampleSource, nextId };
    const onOutcome = createOutcomeHandler({ pipeline, summary, logger });
    const common: Omit<TaskInput, 'task'> = {
      hosts,
      stamps,
      metrics: counters,
      logger,
      member: hostname(),
      onCycle: (task) => health.cycleEnded(task),
      onOutcome,
    };
    if (once) {
      for (const task of plan.tasks) await runCycle({ ...common, task: () => task }, new Map(), signal);
      // What fails waits on the disk for the next run, or is dropped; the summary says so.
      await deliveries.flush(signal, { untilFailure: true });
      await deliveries.close();
      return summary.conclude(deliveries.ledgers(), logger);
    }
    const tasks = createTaskSet(common, (task) => health.taskStarted(task), signal);
    if (config.http) {
      const report = (): HealthReport => health.report(tasks.tasks);
      http = await serveHttp({ address: config.http, handlers: {}, health: report, metrics, logger });
    }
    tasks.apply(plan.tasks);
    const watching = watchConfiguration(
      {
        files: planFiles(config),
        stamp: input.planStamp,
        load: () => loadPlan(config, plugins),
        apply: (next) => changePlan(next, { pipeline, deliveries, tasks, logger }, signal),
        onRequest: input.onHangup,
        onReload: counters.reloaded,
        logger,
      },
      signal,
    );
    const names = plan.tasks.map(({ name }) => name);
    logger.info({ hosts: hosts.length, tasks: names, ...(http && { http: http.address }) }, 'ready');
    return await Promise.race([tasks.ended, watching]);
  } catch (error) {
    // Tasks end by the abort alone; --once was not finished then.
    if (once || !signal.aborted) throw error;
    logger.info('stopping');
    return 0;
  } finally {
    // In the order of the flow: the ticks have ended by now.
    await stopDeliveries(deliveries, logger);
    await queues.close();
    for (const host of hosts) host.close();
    await http?.close();
  }
}

/** @throws ConfigError if the TLS files are not what they should be; nothing has been opened by then */
function createHosts({ inspectors, tls }: CoordinatorConfig, { discoveries }: Plugins): Host[] {
  try {
    return inspectors.targets.map((target) =>
      createHost(createInspectorClient({ target, ...(tls && { tls }) }), discoveries),
    );
  } catch (error) {
    if (!tls) throw error;
    const message = `${tls.ca}, ${tls.cert} and ${tls.key} cannot be used: expected PEM files that fit each other (${formatError(error)})`;
    throw new ConfigError([{ file: 'configuration', path: 'tls', message }]);
  }
}

function createDeliveries({ config, plugins, cloud, logger, stdout }: RunInput, queues: QueueFiles): DeliverySet {
  return createDeliverySet({
    publishers: plugins.publishers,
    settings: {
      stdout,
      telemetrySecret: config.telemetrySecret,
      hostName: hostname(),
      compat: config.compat,
      baseDirectory: dirname(config.pipelineFile),
      ...(cloud && { cloud }),
      ...(config.transportUrl !== undefined && { transportUrl: config.transportUrl }),
    },
    onWarning: (publisher, message) => logger.warn({ publisher }, message),
    openQueue: (publisher, onRepair) => queues.open(publisher, onRepair),
    events: observeDeliveries(logger),
    onQueueLost: (publisher, error) =>
      logger.error({ publisher, err: error }, 'queue cannot be opened again: samples wait in memory until a restart'),
  });
}

interface OutcomeHandlerInput {
  readonly pipeline: Pipeline;
  readonly summary: Summary;
  readonly logger: Logger;
}

function createOutcomeHandler({ pipeline, summary, logger }: OutcomeHandlerInput): TaskInput['onOutcome'] {
  const hostLog = createHostLog(logger);
  return (host, outcome) => {
    hostLog.report(host, outcome);
    summary.hostEnded(host, outcome);
    if (outcome.kind === 'polled' && outcome.samples.length > 0) pipeline.publish(outcome.samples);
  };
}

/** Lets what waits leave, for a while; then says what did not. */
async function stopDeliveries(deliveries: DeliverySet, logger: Logger): Promise<void> {
  const { signal } = new AbortController();
  try {
    await withDeadline(signal, FLUSH_GRACE_MS, (deadline) => deliveries.flush(deadline, { untilFailure: true }));
  } catch {
    // The ledgers say what it was too short for.
  }
  await deliveries.close();
  for (const { publisher, queued, dropped } of deliveries.ledgers()) {
    if (queued > 0) logger.info({ publisher, samples: queued }, 'samples wait on disk for the next start');
    if (dropped.closed > 0) logger.warn({ publisher, samples: dropped.closed }, 'samples dropped at the end');
  }
}
