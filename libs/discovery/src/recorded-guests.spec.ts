import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { Instance } from '@nephometer/inspector-api';
import type { Compat, Metadata } from '@nephometer/sample';
import { createLocalInstances } from './local-instances.ts';

/** A QEMU guest as an inspector describes it, and what all samples say that Ceilometer published about it. */
interface RecordedGuest {
  readonly guest: string;
  readonly compat: Compat;
  readonly instance: unknown;
  readonly userId: string;
  readonly projectId: string;
  readonly metadata: Metadata & { readonly instance_host: string };
}

// The recordings had their keys sorted. Here these are in the order that messages of 19.0.0 about such guests had, and at
// head in the one of what its code gives.
const guests = JSON.parse(
  readFileSync(new URL('../testdata/recorded-guests.json', import.meta.url), 'utf8'),
) as readonly RecordedGuest[];

for (const { guest, compat, instance, userId, projectId, metadata } of guests) {
  test(`${guest}: owner and metadata are what Ceilometer ${compat} published, keys in order`, () => {
    const discovery = createLocalInstances({ unmanaged: false, compat });
    const inventory = { host: metadata.instance_host, instances: [Instance.fromJSON(instance)] };
    const { resources, skipped } = discovery.discover(inventory, null);
    assert.deepEqual(skipped, []);
    assert.deepEqual(
      resources.map((found) => [found.id, found.userId, found.projectId, JSON.stringify(found.metadata)]),
      [[metadata['instance_id'], userId, projectId, JSON.stringify(metadata)]],
    );
  });
}
