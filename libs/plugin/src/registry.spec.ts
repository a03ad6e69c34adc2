import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRegistry, DuplicatePluginError } from './registry.ts';

test('plugins are found by name, in the order of the list', () => {
  const registry = createRegistry('publisher', [{ scheme: 'file' }, { scheme: 'console' }], ({ scheme }) => scheme);
  assert.deepEqual([...registry.keys()], ['file', 'console']);
  assert.deepEqual(registry.get('console'), { scheme: 'console' });
});

test('a name that occurs twice is refused and named', () => {
  assert.throws(
    () => createRegistry('pollster', ['cpu', 'cpu'], (name) => name),
    (error) =>
      error instanceof DuplicatePluginError && error.pluginName === 'cpu' && /pollster.*"cpu"/.test(error.message),
  );
});
