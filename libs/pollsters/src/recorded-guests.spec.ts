import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { Instance, InstanceStatistics } from '@nephometer/inspector-api';
import type { InstanceResource } from '@nephometer/plugin';
import { pythonVolume } from '@nephometer/sample';
import type { Compat, Metadata, Sample } from '@nephometer/sample';
import { exampleReading } from './example.ts';
import { pollstersFor } from './pollsters.ts';

/** A QEMU guest, and all that a Ceilometer which polled every meter published about it in one cycle. */
interface RecordedGuest {
  readonly guest: string;
  readonly compat: Compat;
  readonly userId: string;
  readonly projectId: string;
  readonly metadata: Metadata;
  readonly instance: unknown;
  /**
   * What an inspector reads of the same guest, which was made again for that. Sizes and the counters that had come to rest
   * were the recorded ones; in place of times, of network traffic and of what memory is in use there is what was recorded.
   */
  readonly statistics: unknown;
  readonly recorded: readonly RecordedResource[];
}

/** The samples of one resource that have the same metadata. */
interface RecordedResource {
  readonly resourceId: string;
  /** What the metadata has over that of the guest. */
  readonly adds: Metadata;
  /** Name, type, volume and unit: of a float as Python writes it. */
  readonly samples: readonly string[];
}

// The recordings had their keys sorted. Here these are in the order that messages of 19.0.0 about such guests had, and at
// head in the one of what its code gives.
const guests = JSON.parse(
  readFileSync(new URL('../testdata/recorded-guests.json', import.meta.url), 'utf8'),
) as readonly RecordedGuest[];

const inWords = ({ name, type, unit }: Sample, volume: string): string => `${name} ${type} ${volume} ${unit}`.trimEnd();

for (const { guest, compat, userId, projectId, metadata, ...recorded } of guests) {
  test(`${guest}: what Ceilometer ${compat} published about it, sample by sample, and nothing else`, () => {
    const instance = Instance.fromJSON(recorded.instance);
    const statistics = InstanceStatistics.fromJSON(recorded.statistics);
    const resource: InstanceResource = { id: instance.id, userId, projectId, metadata, host: '', instance };
    const reading = { ...exampleReading(), statistics };
    const samples = pollstersFor(compat)
      .filter(({ byNameOnly }) => byNameOnly !== true)
      .flatMap((pollster) => [...pollster.samples(resource, reading)]);
    const expected = recorded.recorded.flatMap(({ resourceId, adds, samples: lines }) =>
      lines.map((line) => JSON.stringify([line, resourceId, userId, projectId, { ...metadata, ...adds }])),
    );
    assert.deepEqual(
      samples
        .map((sample) => [
          inWords(sample, pythonVolume(sample)),
          sample.resourceId,
          sample.userId,
          sample.projectId,
          sample.resourceMetadata,
        ])
        // As text, because that tells the order of keys.
        .map((sample) => JSON.stringify(sample))
        .sort(),
      expected.sort(),
    );
  });
}
