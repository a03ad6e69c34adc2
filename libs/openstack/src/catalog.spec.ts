import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findEndpoint, parseCatalog, selectEndpoints } from './catalog.ts';

const catalog = parseCatalog({
  catalog: [
    {
      type: 'compute',
      endpoints: [
        { interface: 'public', region_id: 'One', region: 'One', url: 'http://one.example/v2.1' },
        { interface: 'internal', region: 'One', url: 'http://one.internal/v2.1' },
        { interface: 'public', region_id: 'Two', url: 'http://two.example/v2.1' },
        { interface: 'admin', region_id: 'Two', url: 'not a url' },
      ],
    },
    { type: 'image', endpoints: [{ interface: 'public', region_id: 'One', url: 'http://image.example' }] },
    { type: 'odd', endpoints: null },
    null,
  ],
});

test('A service is found by type, region and interface; without a region it is the first', () => {
  const find = (region: string | undefined, which: 'public' | 'internal'): string =>
    findEndpoint(catalog, 'compute', { region, interface: which }).href;
  assert.equal(find(undefined, 'public'), 'http://one.example/v2.1');
  assert.equal(find('Two', 'public'), 'http://two.example/v2.1');
  assert.equal(find('One', 'internal'), 'http://one.internal/v2.1');
});

test('What cannot be understood is left out, and all types may be asked for', () => {
  assert.equal(catalog.length, 4);
  assert.equal(selectEndpoints(catalog, null, { region: 'One', interface: 'public' }).length, 2);
  assert.deepEqual(parseCatalog({}), []);
});

test('A service that is not there is told with what is there instead', () => {
  const table = [
    [
      catalog,
      'compute',
      'Three',
      /no public endpoint of type "compute" in region "Three"; there is public in "One", internal in "One", public in "Two": check region_name and interface/,
    ],
    [catalog, 'volume', undefined, /in any region; there are services of type compute, image/],
    [[], 'compute', undefined, /it is empty: the user needs a role/],
  ] as const;
  for (const [endpoints, type, region, expected] of table) {
    assert.throws(() => findEndpoint(endpoints, type, { region, interface: 'public' }), {
      code: 'no-endpoint',
      message: expected,
    });
  }
});
