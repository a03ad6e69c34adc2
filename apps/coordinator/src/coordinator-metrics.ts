import type { Ledger } from '@nephometer/pipeline';
import type { SelfMetrics } from '@nephometer/service';

/** What the coordinator counts about itself, under `/metrics`. */
export interface CoordinatorMetrics {
  readonly cycleEnded: (task: string, durationMs: number) => void;
  readonly ticksSkipped: (task: string, count: number) => void;
  readonly hostPolled: (task: string, samples: number) => void;
  readonly hostFailed: (task: string, code: string) => void;
  readonly pollsterFailed: (pollster: string) => void;
}

/**
 * Registers the coordinator's metrics.
 *
 * @param ledgers what became of the samples of each publisher, asked for at every scrape
 */
export function createCoordinatorMetrics(metrics: SelfMetrics, ledgers: () => readonly Ledger[]): CoordinatorMetrics {
  registerLedgers(metrics, ledgers);
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
  return {
    cycleEnded: (task, durationMs) => cycles.observe({ task }, durationMs / 1000),
    ticksSkipped: (task, count) => skipped.inc({ task }, count),
    hostPolled: (task, count) => {
      polled.inc({ task });
      samples.inc({ task }, count);
    },
    hostFailed: (task, code) => failed.inc({ task, code }),
    pollsterFailed: (pollster) => pollsterFailures.inc({ pollster }),
  };
}

/** The ledgers as metrics: `polled = delivered + queued + the sum of dropped`, for each publisher, at every scrape. */
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
        for (const ledger of ledgers()) counter.inc({ publisher: ledger.url }, ledger[column]);
      },
    });
  }
  metrics.counter({
    name: 'nephometer_coordinator_publisher_samples_dropped_total',
    help: 'Samples that did not reach the publisher, by reason.',
    labelNames: ['publisher', 'reason'],
    collect: (counter) => {
      for (const { url, dropped } of ledgers()) {
        for (const [reason, count] of Object.entries(dropped)) counter.inc({ publisher: url, reason }, count);
      }
    },
  });
  metrics.gauge({
    name: 'nephometer_coordinator_publisher_samples_queued',
    help: 'Samples that wait for the publisher, or are being sent.',
    labelNames: ['publisher'],
    collect: (gauge) => {
      for (const { url, queued } of ledgers()) gauge.set({ publisher: url }, queued);
    },
  });
}
