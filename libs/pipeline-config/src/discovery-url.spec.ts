import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseDiscovery } from './discovery-url.ts';

for (const [text, name, parameter] of [
  ['local_instances', 'local_instances', null],
  ['endpoint:identity', 'endpoint', 'identity'],
  ['endpoint://identity', 'endpoint', 'identity'],
  ['a-b://x/y?z=1#f', 'a-b', 'x/y'],
  ['Endpoint://X', 'endpoint', 'X'],
  ['endpoint://', 'endpoint', ''],
  ['local_instances://p', 'local_instances://p', null],
  ['local_name:', 'local_name:', null],
  // What Python's urlparse makes of the rest.
  ['', '', null],
  ['name:', 'name', ''],
  ['Local', 'Local', null],
  ['endpoint:http://a:1/b', 'endpoint', 'http://a:1/b'],
  ['endpoint:/a', 'endpoint', '/a'],
  ['endpoint://a?b/c', 'endpoint', 'a'],
  ['endpoint:80', 'endpoint', '80'],
  ['1a:b', '1a:b', null],
  ['a+b.c-1:x', 'a+b.c-1', 'x'],
  [':a', ':a', null],
  ['//host/path', '/path', null],
  ['a?b', 'a', null],
  ['a#b:c', 'a', null],
  [' \u0001tenant ', 'tenant ', null],
  ['ten\na\tnt', 'tenant', null],
  ['a;b', 'a', null],
  ['a;b/c', 'a;b/c', null],
  ['endpoint:a;b', 'endpoint', 'a;b'],
  ['endpoint:[x', 'endpoint', '[x'],
  ['é:a', 'é:a', null],
] as const) {
  test(`${JSON.stringify(text)} is ${name} with ${parameter === null ? 'no parameter' : `"${parameter}"`}`, () => {
    assert.deepEqual(parseDiscovery(text), { name, parameter });
  });
}

test('a scheme and what follows it come out again, whatever they are', () => {
  const scheme = fc.stringMatching(/^[a-z][a-z0-9+.-]{0,10}$/);
  const rest = fc.stringMatching(/^[\w.:@%-]{0,20}$/);
  fc.assert(
    fc.property(scheme, rest, fc.constantFrom(':', '://'), (name, parameter, separator) => {
      assert.deepEqual(parseDiscovery(name + separator + parameter), { name, parameter });
    }),
  );
});
