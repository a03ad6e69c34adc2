import type { SelfMetrics } from '@nephometer/service';
import type { HangProtection } from '../hypervisor.ts';

/** What the inspector counts about instances that hang. */
export interface HangMetrics {
  /** A call of a reading was late, or failed as a whole, and its instances were read anew one by one. */
  readonly onHedge: (reason: 'late' | 'failed') => void;
}

/** Registers the metrics; `protection` is looked at when they are read. */
export function createHangMetrics(metrics: SelfMetrics, protection: () => HangProtection | undefined): HangMetrics {
  const gauge = (name: string, help: string, value: (now: HangProtection) => number): void => {
    metrics.gauge({
      name,
      help,
      collect(self) {
        const now = protection();
        if (now === undefined) self.reset();
        else self.set(value(now));
      },
    });
  };
  gauge(
    'nephometer_inspector_hung_instances',
    'Instances that do not answer their monitor.',
    (now) => now.hungInstances,
  );
  gauge('nephometer_inspector_stuck_calls', 'Calls that wait for hung instances.', (now) => now.stuckCalls);
  gauge(
    'nephometer_inspector_stuck_calls_maximum',
    'Calls that may wait for hung instances; at this number no monitor is asked.',
    (now) => now.maxStuckCalls,
  );
  gauge(
    'nephometer_inspector_hedge_deadline_seconds',
    'How much longer a reading takes at most that meets an instance which has just hung.',
    (now) => now.hedgeDeadlineMs / 1000,
  );
  const hedges = metrics.counter({
    name: 'nephometer_inspector_hedged_calls_total',
    help: 'Calls whose instances were read anew one by one, because the call was late or failed as a whole.',
    labelNames: ['reason'],
  });
  return { onHedge: (reason) => hedges.inc({ reason }) };
}
