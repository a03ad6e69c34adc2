import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { compats } from '@nephometer/sample';
import type { Compat, Sample } from '@nephometer/sample';
import { exampleReading, exampleResource, full } from './example.ts';
import { rowAt } from './meter-row.ts';
import type { MeterRow, Versioned } from './meter-row.ts';
import { meterFamilies, pollstersFor } from './pollsters.ts';

/** What was found in Ceilometer's sources about one of its compute meters. */
interface Recorded {
  readonly name: string;
  readonly type: string;
  readonly unit: string;
  readonly unit_by_version?: Readonly<Record<string, string>>;
  readonly resource: string;
  readonly versions: readonly string[];
  readonly metadata_keys: readonly string[];
  readonly produced_by_libvirt: boolean;
}

const recorded = JSON.parse(
  readFileSync(new URL('../testdata/meters.json', import.meta.url), 'utf8'),
) as readonly Recorded[];

/** The versions under the names that the record has for them. */
const recordedAs: Readonly<Record<Compat, string>> = { '2015': '2015-12', '19.0.0': '19.0.0', head: 'HEAD' };

const rows = new Map<string, Versioned<MeterRow>>(
  meterFamilies.flatMap((family) => family.rows.map((row) => [row.name, row] as const)),
);

const bare = exampleResource({
  disks: [{ device: 'vda', source: '/v/disk' }],
  vnics: [{ device: 'tap0', mac: '52:54:00:00:00:01' }],
});
const resource = { ...bare, metadata: { ...bare.metadata, root_gb: 1, ephemeral_gb: 1 } };
const idOf = new Map([
  ['<instance.id>', bare.id],
  ['<instance.id>-<device>', `${bare.id}-vda`],
  [
    '<filterref> if the interface has a filterref, else <instance_name>-<instance.id>-<vnic name>',
    `${bare.instance.name}-${bare.id}-tap0`,
  ],
]);

test('The tables have the 60 meters of Ceilometer and no other', () => {
  assert.deepEqual([...rows.keys()].sort(), recorded.map(({ name }) => name).sort());
  assert.equal(rows.size, 60);
});

for (const { name, type, unit, unit_by_version, versions, ...meter } of recorded) {
  test(`${name} is what it is in Ceilometer: versions, type, units, resource id, metadata`, () => {
    const row = rows.get(name);
    assert.ok(row);
    assert.deepEqual(
      row.versions.map((version) => recordedAs[version]),
      versions,
    );
    assert.equal(row.isDerived ?? false, !meter.produced_by_libvirt);
    for (const compat of compats) {
      const pollster = pollstersFor(compat).find((one) => one.name === name);
      assert.ok(pollster);
      assert.equal(pollster.byNameOnly, !versions.includes(recordedAs[compat]));
      assert.equal(pollster.isDerived, !meter.produced_by_libvirt);
      const [now, before] = [exampleReading(full, 2000), exampleReading(full, 1000)];
      const [sample, ...others] = [...pollster.samples(resource, now, before)];
      assert.ok(sample);
      assert.deepEqual(others, []);
      assert.equal(sample.type, type);
      assert.equal(sample.unit, rowAt(row, compat).unit);
      if (row.versions.includes(compat)) assert.equal(sample.unit, unit_by_version?.[recordedAs[compat]] ?? unit);
      assert.equal(sample.resourceId, idOf.get(meter.resource));
      assert.deepEqual(keysBeyond(sample), meter.metadata_keys);
    }
  });
}

/** The keys that a meter adds to the metadata of its instance or puts others into the place of, in their order. */
function keysBeyond({ resourceMetadata }: Sample): readonly string[] {
  return Object.keys(resourceMetadata).filter(
    (key) => resourceMetadata[key] !== (resource.metadata as typeof resourceMetadata)[key],
  );
}

test('Rates and shares are fractions, counters are not', () => {
  const fractions = [...rows.values()].filter(({ isFloat }) => isFloat === true).map(({ name }) => name);
  const others = fractions.filter((name) => rows.get(name)?.isDerived !== true);
  assert.deepEqual(
    others,
    [...rows.keys()].filter((name) => /^memory(?!\.bandwidth)/.test(name)),
  );
  assert.deepEqual(
    [...rows.values()].filter(({ isDerived, isFloat }) => isDerived === true && isFloat !== true),
    [],
  );
});
