import assert from 'node:assert/strict';
import { eventually } from '@nephometer/test-kit';
import type { TestProcess } from '@nephometer/test-kit';
import { readyLine, startApp } from '../e2e/services.ts';

/** What became of the samples for a publisher. */
export interface PublisherLedger {
  readonly polled: number;
  readonly delivered: number;
  readonly queued: number;
  /** For whatever reason. */
  readonly dropped: number;
}

/** A coordinator that is up. */
export interface RunningCoordinator extends AsyncDisposable {
  readonly process: TestProcess;
  /** Waits for so many more cycles. */
  cycles(count: number): Promise<void>;
  /** What the self-metrics say of each publisher, by its name, and that it adds up. */
  ledgers(): Promise<ReadonlyMap<string, PublisherLedger>>;
  /** The fields of the log lines with this message. */
  logged(message: string): readonly Readonly<Record<string, unknown>>[];
  /** Asks it to stop, and asserts that it does so in order. */
  stop(): Promise<void>;
  /** As `kill -9`. */
  kill(): Promise<void>;
}

/** What self-metrics are needed for. */
const withMetrics = ['--http', '127.0.0.1:0'];

/**
 * Starts a coordinator and waits until it is ready.
 *
 * @param start how the process comes about, with more arguments than the configuration
 */
export async function startCoordinator(
  config: string,
  start: (...args: readonly string[]) => Promise<TestProcess> = (...args) => startApp('coordinator', ...args),
): Promise<RunningCoordinator> {
  const coordinator = await start('--config', config, ...withMetrics);
  const { http } = await readyLine(coordinator);
  const logged: RunningCoordinator['logged'] = (message) =>
    coordinator.jsonLines('stderr').filter(({ msg }) => msg === message);
  return {
    process: coordinator,
    async cycles(more) {
      // One by one: each of them may take a while, and all of them together longer.
      for (const from = logged('cycle').length; logged('cycle').length < from + more;) {
        const before = logged('cycle').length;
        await eventually(() => assert.ok(logged('cycle').length > before, 'no further cycle'));
      }
    },
    async ledgers() {
      const text = await (await fetch(`http://${String(http)}/metrics`)).text();
      const lines = text.matchAll(
        /^nephometer_coordinator_publisher_samples_([a-z]+?)(?:_total)?\{publisher="([^"]*)"[^}]*\} (\d+)$/gm,
      );
      const ledgers = new Map<string, PublisherLedger>();
      for (const [, column = '', publisher = '', number] of lines) {
        const ledger = ledgers.get(publisher) ?? { polled: 0, delivered: 0, queued: 0, dropped: 0 };
        const known = ledger[column as keyof PublisherLedger];
        ledgers.set(publisher, { ...ledger, [column]: known + Number(number) });
      }
      for (const [publisher, { polled, delivered, queued, dropped }] of ledgers) {
        assert.equal(polled, delivered + queued + dropped, publisher);
      }
      return ledgers;
    },
    logged,
    async stop() {
      coordinator.kill('SIGTERM');
      assert.deepEqual(await coordinator.exit, { code: 0, signal: null });
    },
    async kill() {
      coordinator.kill('SIGKILL');
      await coordinator.exit;
    },
    [Symbol.asyncDispose]: () => coordinator[Symbol.asyncDispose](),
  };
}
