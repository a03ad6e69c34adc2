import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Instance } from '@nephometer/inspector-api';
import { checkNova } from './check-nova.ts';

const nova = { name: 'web', flavor: { name: 'm1.tiny' }, owner: { projectId: 'p', userId: 'u' } };
const managed = Instance.create({ id: 'm', name: 'managed', nova });
const plain = Instance.create({ id: 'p', name: 'plain' });

test('a host with guests of Nova alone, or with none of them, is fine', () => {
  assert.deepEqual(checkNova([managed]), []);
  assert.deepEqual(checkNova([plain]), []);
  assert.deepEqual(checkNova([]), []);
});

test('guests that Nova did not make are a note where it made others', () => {
  const findings = checkNova([managed, plain]);
  assert.deepEqual(
    findings.map(({ code, severity, instances }) => [code, severity, instances]),
    [['instances-unmanaged', 'note', [{ id: 'p', name: 'plain' }]]],
  );
});

const gaps: readonly [lacking: string, nova: Instance['nova']][] = [
  ['a display name', { ...nova, name: undefined }],
  ['a display name', { ...nova, name: '' }],
  ['a flavor with a name', { ...nova, flavor: { id: '1' } }],
  ["the owner's project, the owner's user", { ...nova, owner: undefined }],
  ["the owner's user", { ...nova, owner: { projectId: 'p' } }],
];

for (const [lacking, incomplete] of gaps) {
  test(`a guest whose metadata lacks ${lacking} is a note that says so`, () => {
    const [finding, ...others] = checkNova([managed, Instance.create({ id: 'x', name: 'odd', nova: incomplete })]);
    assert.deepEqual(others, []);
    assert.deepEqual([finding?.severity, finding?.code], ['note', 'nova-metadata-incomplete']);
    assert.equal(finding?.explanation.at(-1), `odd (x) lacks ${lacking}`);
    assert.deepEqual(finding.instances, [{ id: 'x', name: 'odd' }]);
  });
}
