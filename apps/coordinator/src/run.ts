import { randomBytes, randomInt } from 'node:crypto';
import { hostname } from 'node:os';
import { withDeadline } from '@nephometer/abortable';
import { createInspectorClient } from '@nephometer/inspector-client';
import { createPipeline } from '@nephometer/pipeline';
import type { Pipeline } from '@nephometer/pipeline';
import { createSampleIds } from '@nephometer/sample';
import { ConfigError, createSelfMetrics, formatError, serveHttp } from '@nephometer/service';
import type { HttpServer, Logger } from '@nephometer/service';
import type { CoordinatorConfig } from '@nephometer/service-config';
import { createCoordinatorMetrics } from './coordinator-metrics.ts';
import { createHostLog } from './host-log.ts';
import { createHost } from './host.ts';
import type { Host } from './host.ts';
import { createPublishers } from './plan.ts';
import type { Plan, Plugins } from './plan.ts';
import { observePipeline } from './pipeline-log.ts';
import { runCycle, runTask } from './run-task.ts';
import type { TaskInput } from './run-task.ts';
import { createSummary } from './summary.ts';
import type { Summary } from './summary.ts';
import { createTaskHealth } from './task-health.ts';
import { version } from './version.ts';

/** How long samples may take to leave when the service stops, in milliseconds. */
const FLUSH_GRACE_MS = 5_000;

/** What {@link run} is given. */
export interface RunInput {
  readonly config: CoordinatorConfig;
  readonly plan: Plan;
  readonly plugins: Plugins;
  /** Every task runs exactly once, everything is published, then the end. */
  readonly once: boolean;
  readonly logger: Logger;
  readonly stdout: NodeJS.WriteStream;
}

/**
 * The coordinator: polls the hosts at the tasks' ticks, publishes the samples, until aborted.
 *
 * @returns the exit code: 0, or 1 if `once` and a host or a publisher failed
 */
export async function run(input: RunInput, signal: AbortSignal): Promise<number> {
  const { config, plan, plugins, once, logger, stdout } = input;
  const metrics = createSelfMetrics({ service: 'nephometer-coordinator', version });
  const health = createTaskHealth(plan.tasks);
  const hosts = createHosts(config, plugins);
  const publishers = createPublishers(plan.pipeline, plugins.publishers, { stdout });
  const pipeline = createPipeline({ config: plan.pipeline, publishers, events: observePipeline(logger) });
  let http: HttpServer | undefined;
  try {
    const summary = createSummary();
    const counters = createCoordinatorMetrics(metrics, () => pipeline.ledgers());
    const stamps = { source: config.sampleSource, nextId: createIds() };
    const onOutcome = createOutcomeHandler({ pipeline, summary, logger, signal });
    const tasks = plan.tasks.map((task): TaskInput => ({
      task,
      hosts,
      stamps,
      metrics: counters,
      logger,
      member: hostname(),
      onCycle: () => health.cycleEnded(task),
      onOutcome,
    }));
    if (once) {
      for (const task of tasks) await runCycle(task, new Map(), signal);
      await pipeline.flush(signal);
      return summary.conclude(pipeline.ledgers(), logger);
    }
    if (config.http) {
      http = await serveHttp({ address: config.http, handlers: {}, health: health.report, metrics, logger });
    }
    const names = plan.tasks.map(({ name }) => name);
    logger.info({ hosts: hosts.length, tasks: names, ...(http && { http: http.address }) }, 'ready');
    await Promise.all(tasks.map((task) => runTask(task, signal)));
    return 0;
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

function createIds(): () => string {
  const node = BigInt(`0x${randomBytes(6).toString('hex')}`) | 0x0100_0000_0000n;
  return createSampleIds({ epochMs: Date.now(), node, clockSequence: randomInt(0x4000) });
}
