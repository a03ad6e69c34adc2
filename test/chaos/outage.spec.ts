/** Stores that are away for a hundred cycles, and a coordinator that is killed meanwhile. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Sample } from '@nephometer/sample';
import { eventually, temporaryDirectory } from '@nephometer/test-kit';
import { startInspector, writeCoordinatorFiles } from '../e2e/services.ts';
import { startCoordinator } from './coordinator-under-test.ts';
import { startBus, startMeasureStore, startReceiver } from './stores.ts';
import type { Store } from './stores.ts';
import { readQueues } from './waiting-samples.ts';

const OUTAGE_CYCLES = 100;

/** They need not be waited for long once their target is back. */
const impatient = 'retry_delay=200ms&retry_max_delay=1s&batch_delay=50ms';

/** What waits on the disk: that is what was accepted, and must arrive. */
async function snapshot(stateDir: string, accepted: Map<string, Map<string, Sample>>): Promise<void> {
  for (const { scheme, state, samples } of await readQueues(stateDir)) {
    assert.equal(state.items, samples.length);
    assertAddsUp(scheme, state);
    const own = accepted.get(scheme) ?? new Map<string, Sample>();
    accepted.set(scheme, own);
    for (const sample of samples) own.set(sample.id, sample);
  }
}

function assertAddsUp(
  scheme: string,
  { counts, items }: { counts: Readonly<Record<string, number>>; items: number },
): void {
  const { polled = 0, ...gone } = counts;
  const sum = Object.values(gone).reduce((total, count) => total + count, items);
  assert.equal(polled, sum, `${scheme}: ${JSON.stringify(counts)} and ${items} waiting`);
}

test('stores that are away for a hundred cycles get all that was accepted, in order, though the coordinator is killed twice', async () => {
  await using stores = await startStores();
  await using directory = await temporaryDirectory();
  await using inspector = await startInspector(
    '--hypervisor',
    'simulated',
    '--listen',
    `unix:${join(directory.path, 'i.sock')}`,
  );
  const urls = JSON.stringify(stores.all.map(({ url }) => url));
  const config = await writeCoordinatorFiles(directory.path, {
    targets: [inspector.target],
    polling: 'sources: [{name: all, interval: 1, meters: [vcpus, memory]}]\n',
    pipeline: `sources: [{name: all, meters: ["*"], sinks: [out]}]\nsinks: [{name: out, publishers: ${urls}}]\n`,
  });
  const stateDir = join(directory.path, 'state');
  const accepted = new Map<string, Map<string, Sample>>();
  let coordinator = await startCoordinator(config);
  try {
    await coordinator.cycles(3);
    await eventually(async () =>
      assert.deepEqual(
        [...(await coordinator.ledgers()).values()].map(({ delivered }) => delivered > 0),
        [true, true, true],
      ),
    );
    await Promise.all(stores.all.map((store) => store.stop()));
    await coordinator.cycles(OUTAGE_CYCLES * 0.35);
    for (const share of [0.35, 0.3]) {
      await coordinator.kill();
      await snapshot(stateDir, accepted);
      coordinator = await startCoordinator(config);
      await coordinator.cycles(OUTAGE_CYCLES * share);
    }
    await Promise.all(stores.all.map((store) => store.start()));
    await coordinator.cycles(3);
    await eventually(async () =>
      assert.deepEqual(
        [...(await coordinator.ledgers()).values()].map(({ queued }) => queued),
        [0, 0, 0],
      ),
    );
    await coordinator.stop();
  } finally {
    await coordinator[Symbol.asyncDispose]();
  }
  for (const { scheme, state } of await readQueues(stateDir)) {
    assertAddsUp(scheme, state);
    assert.equal(state.items, 0, scheme);
    // Prometheus says of what it had before a crash that it comes out of order; nobody else refuses anything.
    const { polled = 0, delivered = 0, refused = 0 } = state.counts;
    assert.equal(delivered + refused, polled, scheme);
    assert.ok(scheme === 'remotewrite' || refused === 0, `${scheme}: ${refused} refused`);
  }
  for (const store of stores.all) {
    const own = [...(accepted.get(store.scheme)?.values() ?? [])];
    assert.ok(own.length > OUTAGE_CYCLES, `${store.scheme}: ${own.length}`);
    await store.check(own);
  }
});

async function startStores(): Promise<AsyncDisposable & { readonly all: readonly Store[] }> {
  const started = await Promise.allSettled([
    startBus(impatient),
    startReceiver(impatient),
    startMeasureStore(impatient),
  ]);
  const all = started.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
  const dispose = async (): Promise<void> => {
    for (const store of all) await store[Symbol.asyncDispose]();
  };
  const failed = started.find((result) => result.status === 'rejected');
  if (failed) {
    await dispose();
    throw failed.reason;
  }
  return { all, [Symbol.asyncDispose]: dispose };
}
