import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bootSector } from './boot-sector.ts';

test('it is one sector with the mark of a bootable disk', () => {
  const sector = bootSector({ reads: 1000, writes: 1000 });
  assert.equal(sector.length, 512);
  assert.equal(sector.readUInt16BE(510), 0x55aa);
});

test('counts that it cannot do are refused', () => {
  for (const count of [-1, 1001, 0.5, Number.NaN]) {
    assert.throws(() => bootSector({ reads: count, writes: 0 }), RangeError);
    assert.throws(() => bootSector({ reads: 0, writes: count }), RangeError);
  }
});

test('its longest program leaves room for the mark', () => {
  for (const ending of ['halt', 'panic', 'suspend'] as const) {
    const sector = bootSector({ reads: 1000, writes: 1000, ending });
    assert.equal(sector.readUInt16BE(508), 0, 'the program ends before');
    assert.equal(sector.readUInt16BE(510), 0x55aa);
  }
});
