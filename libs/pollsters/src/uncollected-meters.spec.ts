import assert from 'node:assert/strict';
import { test } from 'node:test';
import { meterNames } from './pollsters.ts';
import { uncollectedMeterNames } from './uncollected-meters.ts';

test('no meter is both collected and not, and the list is in order', () => {
  assert.deepEqual(
    uncollectedMeterNames.filter((name) => meterNames.includes(name)),
    [],
  );
  assert.deepEqual(uncollectedMeterNames, [...uncollectedMeterNames].sort());
});
