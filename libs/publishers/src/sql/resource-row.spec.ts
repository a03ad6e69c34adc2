import assert from 'node:assert/strict';
import { test } from 'node:test';
import { exampleSample } from '../example.ts';
import { createResourceRows } from './resource-row.ts';

test('What is said alike is one row, whichever object says it', () => {
  const rows = createResourceRows();
  const first = rows(exampleSample({ resourceMetadata: { b: 1, a: 'x' } }));
  assert.deepEqual(rows(exampleSample({ resourceMetadata: { b: 1, a: 'x' }, id: 'other' })), first);
  assert.equal(first.metadata.content, '{"b":1,"a":"x"}');
  assert.match(first.digest, /^[0-9a-f]{32}$/);
});

test('Whatever changes about a resource makes a new row', () => {
  const rows = createResourceRows();
  const resourceMetadata = {};
  const digests = [
    {},
    { resourceId: 'r2' },
    { projectId: null },
    { projectId: 'p2' },
    { projectName: 'p' },
    { userId: 'u2' },
    { userName: 'p' },
    { source: 'other' },
    { resourceMetadata: { a: 1 } },
  ].map((fields) => rows(exampleSample({ resourceMetadata, ...fields })).digest);
  assert.equal(new Set(digests).size, digests.length);
  assert.equal(rows(exampleSample({ resourceMetadata })).digest, digests[0]);
});

test('A guest and its devices share their metadata', () => {
  const rows = createResourceRows();
  const resourceMetadata = { display_name: 'web-1' };
  const guest = rows(exampleSample({ resourceMetadata }));
  const disk = rows(exampleSample({ resourceMetadata, resourceId: 'r1-vda' }));
  assert.notEqual(disk.digest, guest.digest);
  assert.equal(disk.metadata, guest.metadata);
  assert.equal(rows(exampleSample({ resourceMetadata })), guest);
});
