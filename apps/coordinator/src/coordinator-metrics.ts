import type { Cloud } from '@nephometer/openstack';
import type { Ledger } from '@nephometer/delivery';
import type { Pipeline } from '@nephometer/pipeline';
import type { SelfMetrics } from '@nephometer/service';

/** What the coordinator counts about itself, under `/metrics`. */
export interface CoordinatorMetrics {
  readonly cycleEnded: (task: string, durationMs: number) => void;
  readonly ticksSkipped: (task: string, count: number) => void;
  readonly hostPolled: (task: string, samples: number) => void;
  readonly hostFailed: (task: string, code: string) => void;
  readonly pollsterFailed: (pollster: string) => void;
  readonly discoveryFailed: (discovery: string) => void;
  readonly reloaded: (result: 'applied' | 'refused') => void;
}

/** What keeps its own counts, and is asked for them at every scrape. */
export interface Counting {
  readonly pipeline: Pick<Pipeline, 'transformed'>;
  readonly ledgers: () => readonly Ledger[];
  readonly cloud: Pick<Cloud, 'requests'> | undefined;
}

/** Registers the coordinator's metrics. */
export function createCoordinatorMetrics(
  metrics: SelfMetrics,
  { pipeline, ledgers, cloud }: Counting,
): CoordinatorMetrics {
  registerLedgers(metrics, ledgers);
  registerTransformed(metrics, pipeline);
  if (cloud !== undefined) registerRequests(metrics, cloud);
  const cycles = metrics.histogram({
    name: 'nephometer_coordinator_cycle_duration_seconds',
    help: 'How long a cycle of a task took, all hosts together.',
    labelNames: ['task'],
    buckets: [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300],
  });
  const skipped = metrics.counter({
    name: 'nephometer_coordinator_ticks_skipped_total',
    help: 'Ticks that fell due while the cycle before was still running.',
    labelNames: ['task'],
  });
  const polled = metrics.counter({
    name: 'nephometer_coordinator_hosts_polled_total',
    help: 'Hosts that were read, once for each cycle.',
    labelNames: ['task'],
  });
  const failed = metrics.counter({
    name: 'nephometer_coordinator_hosts_failed_total',
    help: 'Hosts that could not be read, once for each cycle, by the code of the error.',
    labelNames: ['task', 'code'],
  });
  const samples = metrics.counter({
    name: 'nephometer_coordinator_samples_polled_total',
    help: 'Samples that pollsters gave.',
    labelNames: ['task'],
  });
  const pollsterFailures = metrics.counter({
    name: 'nephometer_coordinator_pollster_failures_total',
    help: 'Times that a pollster threw, once for each instance.',
    labelNames: ['pollster'],
  });
  const discoveryFailures = metrics.counter({
    name: 'nephometer_coordinator_discovery_failures_total',
    help: 'Times that a discovery could not bring what it knows up to date, once for each host and cycle.',
    labelNames: ['discovery'],
  });
  const reloads = metrics.counter({
    name: 'nephometer_coordinator_reloads_total',
    help: 'Times that the configuration was read again, by what became of it: applied or refused.',
    labelNames: ['result'],
  });
  return {
    cycleEnded: (task, durationMs) => cycles.observe({ task }, durationMs / 1000),
    ticksSkipped: (task, count) => skipped.inc({ task }, count),
    hostPolled: (task, count) => {
      polled.inc({ task });
      samples.inc({ task }, count);
    },
    hostFailed: (task, code) => failed.inc({ task, code }),
    pollsterFailed: (pollster) => pollsterFailures.inc({ pollster }),
    discoveryFailed: (discovery) => discoveryFailures.inc({ discovery }),
    reloaded: (result) => reloads.inc({ result }),
  };
}

/**
 * The ledgers as metrics: `polled = delivered + queued + the sum of dropped`, for each publisher, at every scrape. With a queue
 * on disk they outlive a restart.
 */
function registerLedgers(metrics: SelfMetrics, ledgers: () => readonly Ledger[]): void {
  const counters = {
    polled: 'Samples that were for the publisher.',
    delivered: 'Samples that the publisher took.',
  } as const;
  for (const [column, help] of Object.entries(counters) as [keyof typeof counters, string][]) {
    metrics.counter({
      name: `nephometer_coordinator_publisher_samples_${column}_total`,
      help,
      labelNames: ['publisher'],
      collect: (counter) => {
        for (const ledger of ledgers()) counter.inc({ publisher: ledger.publisher }, ledger[column]);
      },
    });
  }
  metrics.counter({
    name: 'nephometer_coordinator_publisher_samples_dropped_total',
    help: 'Samples that did not reach the publisher, by reason.',
    labelNames: ['publisher', 'reason'],
    collect: (counter) => {
      for (const { publisher, dropped } of ledgers()) {
        for (const [reason, count] of Object.entries(dropped)) counter.inc({ publisher, reason }, count);
      }
    },
  });
  metrics.gauge({
    name: 'nephometer_coordinator_publisher_samples_queued',
    help: 'Samples that wait for the publisher, or are being sent.',
    labelNames: ['publisher'],
    collect: (gauge) => {
      for (const { publisher, queued } of ledgers()) gauge.set({ publisher }, queued);
    },
  });
}

/** What went through the transformers of each sink. */
function registerTransformed(metrics: SelfMetrics, { transformed }: Pick<Pipeline, 'transformed'>): void {
  const columns = {
    taken: 'Samples that went into the transformers of a sink.',
    given: 'Samples that came out of the transformers of a sink.',
    failed: 'Samples dropped, and results not made, because a transformer of the sink failed.',
    evicted: 'Entries that the transformers of a sink forgot before their time because there were too many.',
  } as const;
  for (const [column, help] of Object.entries(columns) as [keyof typeof columns, string][]) {
    metrics.counter({
      name: `nephometer_coordinator_transformer_samples_${column}_total`,
      help,
      labelNames: ['sink'],
      collect: (counter) => {
        for (const entry of transformed()) counter.inc({ sink: entry.sink }, entry[column]);
      },
    });
  }
  metrics.gauge({
    name: 'nephometer_coordinator_transformer_entries',
    help: 'Samples and entries that the transformers of a sink keep.',
    labelNames: ['sink'],
    collect: (gauge) => {
      for (const { sink, held } of transformed()) gauge.set({ sink }, held);
    },
  });
}

/** What OpenStack was asked. */
function registerRequests(metrics: SelfMetrics, { requests }: Pick<Cloud, 'requests'>): void {
  metrics.counter({
    name: 'nephometer_coordinator_openstack_requests_total',
    help: 'Requests to OpenStack, by what was asked for and what came of it.',
    labelNames: ['kind', 'outcome'],
    collect: (counter) => {
      for (const { kind, outcome, count } of requests()) counter.inc({ kind, outcome }, count);
    },
  });
}
