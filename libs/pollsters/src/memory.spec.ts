import assert from 'node:assert/strict';
import { test } from 'node:test';
import { volumeOf } from './example.ts';

const cases = [
  {
    name: 'Used is available less unused',
    meter: 'memory.usage',
    memory: { availableKib: 51200n, unusedKib: 25600n },
    mib: 25,
  },
  {
    name: 'Usable counts before unused',
    meter: 'memory.usage',
    memory: { availableKib: 76800n, usableKib: 51200n, unusedKib: 25600n },
    mib: 25,
  },
  {
    name: 'Usable of zero is a value',
    meter: 'memory.usage',
    memory: { availableKib: 1024n, usableKib: 0n, unusedKib: 512n },
    mib: 1,
  },
  { name: 'Without available there is no use', meter: 'memory.usage', memory: { unusedKib: 25600n }, mib: undefined },
  {
    name: 'Without a guest that reports there is no use',
    meter: 'memory.usage',
    memory: { availableKib: 1n },
    mib: undefined,
  },
  { name: 'A fraction of a MiB is kept', meter: 'memory.resident', memory: { residentKib: 1n }, mib: 1 / 1024 },
  { name: 'Zero is a value', meter: 'memory.swap.in', memory: { swapInKib: 0n, swapOutKib: 0n }, mib: 0 },
  { name: 'Swap in needs swap out', meter: 'memory.swap.in', memory: { swapInKib: 1n }, mib: undefined },
  { name: 'Swap out needs swap in', meter: 'memory.swap.out', memory: { swapOutKib: 1n }, mib: undefined },
  { name: 'Memory not read gives nothing', meter: 'memory', memory: undefined, mib: undefined },
];

for (const { name, meter, memory, mib } of cases) {
  test(`${name} (${meter})`, () => {
    assert.equal(volumeOf(meter, { ...(memory && { memory }) }), mib);
  });
}

const in2015 = [
  { name: 'A fraction of a MB is cut off', meter: 'memory.resident', memory: { residentKib: 2047n }, mb: 1 },
  {
    name: 'Usable is not looked at',
    meter: 'memory.usage',
    memory: { availableKib: 76800n, usableKib: 51200n, unusedKib: 25600n },
    mb: 50,
  },
  {
    name: 'Usable alone is not enough',
    meter: 'memory.usage',
    memory: { availableKib: 76800n, usableKib: 51200n },
    mb: undefined,
  },
  {
    name: 'Unused of zero is a value',
    meter: 'memory.usage',
    memory: { availableKib: 2048n, unusedKib: 0n },
    mb: 2,
  },
  {
    name: 'A meter that was not there keeps its fraction',
    meter: 'memory.swap.in',
    memory: { swapInKib: 512n, swapOutKib: 0n },
    mb: 0.5,
  },
];

for (const { name, meter, memory, mb } of in2015) {
  test(`${name} in 2015 (${meter})`, () => assert.equal(volumeOf(meter, { memory }, '2015'), mb));
}
