import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createBatch } from './batch.ts';
import type { ResourceBatch } from './batch.ts';
import { packagedDefinitions } from './definitions/packaged-definitions.ts';
import { guestMetadata, guestSample } from './example.ts';
import { createKnownAttributes } from './known-attributes.ts';
import { createRefusals } from '../refusals.ts';

const rules = { definitions: packagedDefinitions('head'), isLeftOut: () => undefined };

function resourceOf(guest: number, name = 'n', projectId = 'p'): ResourceBatch {
  const sample = guestSample(guest, { projectId, resourceMetadata: guestMetadata(guest, { display_name: name }) });
  const [resource] = createBatch([sample], rules, createRefusals());
  assert.ok(resource);
  return resource;
}

test('Attributes are known until one of them, or the project, is another', () => {
  const known = createKnownAttributes();
  assert.equal(known.isKnown(resourceOf(1)), false);
  known.remember(resourceOf(1));
  assert.equal(known.isKnown(resourceOf(1)), true);
  assert.equal(known.isKnown(resourceOf(1, 'other')), false);
  assert.equal(known.isKnown(resourceOf(1, 'n', 'other')), false);
  assert.equal(known.isKnown(resourceOf(2)), false);
});

test('So many resources are remembered, and the one that was told first is forgotten', () => {
  const known = createKnownAttributes(2);
  for (const guest of [1, 2, 1, 3]) known.remember(resourceOf(guest));
  assert.deepEqual(
    [1, 2, 3].map((guest) => known.isKnown(resourceOf(guest))),
    [true, false, true],
  );
});
