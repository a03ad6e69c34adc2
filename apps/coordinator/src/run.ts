import { hostname } from 'node:os';
import { withDeadline } from '@nephometer/abortable';
import type { Cloud } from '@nephometer/openstack';
import { createInspectorClient } from '@nephometer/inspector-client';
import { createPipeline } from '@nephometer/pipeline';
import type { Pipeline } from '@nephometer/pipeline';
import { ConfigError, createSelfMetrics, formatError, serveHttp } from '@nephometer/service';
import type { HealthReport, HttpServer, Logger } from '@nephometer/service';
import type { CoordinatorConfig } from '@nephometer/service-config';
import { changePlan } from './change-plan.ts';
import { createCoordinatorMetrics } from './coordinator-metrics.ts';
import { createHostLog } from './host-log.ts';
import { createHost } from './host.ts';
import type { Host } from './host.ts';
import { createPublishers, loadPlan, planFiles } from './plan.ts';
import type { Plan, Plugins } from './plan.ts';
import { observePipeline } from './pipeline-log.ts';
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
  const { config, plan, plugins, cloud, nextId, once, logger, stdout } = input;
  const metrics = createSelfMetrics({ service: 'nephometer-coordinator', version });
  const health = createTaskHealth();
  const hosts = createHosts(config, plugins);
  const publishers = createPublishers(plan.pipeline, plugins.publishers, { stdout });
  const { transformers } = plugins;
  const pipeline = createPipeline({ config: plan.pipeline, publishers, transformers, events: observePipeline(logger) });
  let http: HttpServer | undefined;
  try {
    const summary = createSummary();
    const counters = createCoordinatorMetrics(metrics, { pipeline, cloud });
    const stamps = { source: config.sampleSource, nextId };
    const onOutcome = createOutcomeHandler({ pipeline, summary, logger, signal });
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
      await pipeline.flush(signal);
      return summary.conclude(pipeline.ledgers(), logger);
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
        apply: (next) => changePlan(next, { plugins, pipeline, tasks, logger, stdout }, signal),
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
    await stopPipeline(pipeline, logger);
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

interface OutcomeHandlerInput {
  readonly pipeline: Pipeline;
  readonly summary: Summary;
  readonly logger: Logger;
  readonly signal: AbortSignal;
}

function createOutcomeHandler({ pipeline, summary, logger, signal }: OutcomeHandlerInput): TaskInput['onOutcome'] {
  const hostLog = createHostLog(logger);
  return (host, outcome) => {
    hostLog.report(host, outcome);
    summary.hostEnded(host, outcome);
    if (outcome.kind !== 'polled' || outcome.samples.length === 0) return;
    // Not awaited: a slow publisher must not hold the polling. The ledgers tell what becomes of the samples.
    pipeline.publish(outcome.samples, signal).catch((error: unknown) => {
      if (!signal.aborted) logger.error({ err: error }, 'samples could not be handed to the publishers');
    });
  };
}

/** Lets what is queued leave, for a while; then says what did not. */
async function stopPipeline(pipeline: Pipeline, logger: Logger): Promise<void> {
  const { signal } = new AbortController();
  try {
    await withDeadline(signal, FLUSH_GRACE_MS, (deadline) => pipeline.flush(deadline));
  } catch {
    const waiting = pipeline.ledgers().filter(({ queued }) => queued > 0);
    for (const { url, queued } of waiting) logger.warn({ publisher: url, queued }, 'samples dropped at the end');
  }
  await pipeline.close();
}
