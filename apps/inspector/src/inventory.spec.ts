import assert from 'node:assert/strict';
import { test } from 'node:test';
import { collect } from '@nephometer/test-kit';
import { Instance, InstanceState, InventoryChange } from '@nephometer/inspector-api';
import { InspectorError } from './inspector-error.ts';
import { createInventory } from './inventory.ts';

const instance = (id: string, fields: Partial<Instance> = {}): Instance =>
  Instance.create({ id, name: `n-${id}`, ...fields });
const never = new AbortController().signal;

void test('the revision begins at the time in microseconds, so a restart never takes it back', () => {
  assert.equal(createInventory({ now: () => 1234.9 }).revision, 1_234_000n);
});

void test('the revision moves exactly when a description or the set changes', () => {
  const inventory = createInventory({ now: () => 1 });
  const moves = (act: () => void): bigint => {
    const before = inventory.revision;
    act();
    return inventory.revision - before;
  };
  assert.equal(
    moves(() => inventory.put(instance('a'))),
    1n,
  );
  assert.equal(
    moves(() => inventory.put(instance('a', { revision: 99n }))),
    0n,
  );
  assert.equal(
    moves(() => inventory.put(instance('a', { state: InstanceState.PAUSED }))),
    1n,
  );
  assert.equal(inventory.get('a')?.revision, inventory.revision);
  assert.equal(
    moves(() => inventory.remove('b')),
    0n,
  );
  assert.equal(
    moves(() => inventory.replaceAll([instance('a', { state: InstanceState.PAUSED })])),
    0n,
  );
  assert.equal(
    moves(() => inventory.replaceAll([instance('c'), instance('b')])),
    3n,
  );
  assert.deepEqual(
    inventory.list().map(({ id }) => id),
    ['b', 'c'],
  );
  assert.equal(
    moves(() => inventory.remove('b')),
    1n,
  );
  assert.equal(inventory.size, 1);
});

void test('a watcher gets what is there, a mark, then each change with its revision', async () => {
  const inventory = createInventory({ now: () => 5 });
  inventory.put(instance('b'));
  inventory.put(instance('a'));
  const watcher = inventory.watch(never);
  inventory.put(instance('a', { name: 'new' }));
  inventory.remove('b');
  inventory.put(instance('c'));
  const events = await collect(watcher, 6);
  assert.deepEqual(
    events.map(({ change, instance: told, atMs, revision }) => [change, told?.id, told?.name, atMs, revision]),
    [
      [InventoryChange.EXISTING, 'a', 'n-a', 5, 5002n],
      [InventoryChange.EXISTING, 'b', 'n-b', 5, 5002n],
      [InventoryChange.SYNCED, undefined, undefined, 5, 5002n],
      [InventoryChange.UPDATED, 'a', 'new', 5, 5003n],
      [InventoryChange.REMOVED, 'b', 'n-b', 5, 5004n],
      [InventoryChange.ADDED, 'c', 'n-c', 5, 5005n],
    ],
  );
});

void test('a watcher that waits is woken by the next change', async () => {
  const inventory = createInventory();
  const watcher = inventory.watch(never);
  assert.equal((await watcher.next()).value?.change, InventoryChange.SYNCED);
  const next = watcher.next();
  inventory.put(instance('a'));
  assert.equal((await next).value?.instance?.id, 'a');
});

void test('a watcher that reads too slowly is ended, told so, and forgotten; the others go on', async () => {
  let dropped = 0;
  const inventory = createInventory({ watchCapacity: 2, onDropped: () => dropped++ });
  const told: unknown[] = [];
  const slow = inventory.watch(never, (error) => told.push(error));
  const quick = inventory.watch(never);
  await quick.next();
  for (const id of ['a', 'b', 'c', 'd']) {
    inventory.put(instance(id));
    assert.equal((await quick.next()).value?.instance?.id, id);
  }
  await assert.rejects(slow.next(), (error) => error instanceof InspectorError && error.code === 'too-slow');
  assert.equal(dropped, 1);
  assert.equal(told.length, 1);
});

void test('an aborted watcher rejects with the reason, and what waits for it does too', async () => {
  const controller = new AbortController();
  const watcher = createInventory().watch(controller.signal);
  await watcher.next();
  const waiting = watcher.next();
  const reason = new Error('enough');
  controller.abort(reason);
  await assert.rejects(waiting, reason);
  await assert.rejects(watcher.next(), reason);
  await assert.rejects(createInventory().watch(controller.signal).next(), reason);
});

void test('leaving the loop ends a watcher', async () => {
  const watcher = createInventory().watch(never);
  for await (const event of watcher) {
    assert.equal(event.change, InventoryChange.SYNCED);
    break;
  }
  assert.equal((await watcher.next()).done, true);
});
