import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileKindOf } from './file-kind.ts';

const cases: readonly [value: unknown, kind: ReturnType<typeof fileKindOf>][] = [
  [{ sources: [] }, 'polling'],
  [{ sources: [], sinks: [] }, 'pipeline'],
  [{ sinks: 'typo' }, 'pipeline'],
  [{ inspectors: [], pipeline_file: 'x' }, 'coordinator'],
  [{ polling_file: 'x' }, 'coordinator'],
  [{ hypervisor: 'libvirt' }, 'inspector'],
  [{ listen: '127.0.0.1:7750' }, 'inspector'],
  [{ listen: '127.0.0.1:7750', tls: {} }, 'inspector'],
  [{ listen: '127.0.0.1:7750', state_dir: 'x' }, 'coordinator'],
  [{ listen: '127.0.0.1:7750', something: 1 }, undefined],
  [{}, undefined],
  [[], undefined],
  [null, undefined],
  ['sources', undefined],
];

for (const [value, kind] of cases) {
  test(`${JSON.stringify(value)} is ${kind ?? 'of no kind'}`, () => {
    assert.equal(fileKindOf(value), kind);
  });
}
