import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Connection, Domain } from '@nephometer/libvirt';
import { createDomainList } from './domain-list.ts';

const { signal } = new AbortController();
const domain = (name: string): Domain => ({ uuid: name, name, id: 1 });

/** A daemon whose lists the test answers; and how often it was asked. */
function lists(): { readonly connection: Connection; readonly asked: PromiseWithResolvers<Domain[]>[] } {
  const asked: PromiseWithResolvers<Domain[]>[] = [];
  const listAllDomains = (): Promise<Domain[]> => {
    const answer = Promise.withResolvers<Domain[]>();
    asked.push(answer);
    return answer.promise;
  };
  // Only the one call is made.
  return { connection: { listAllDomains } as unknown as Connection, asked };
}

test('the first list is waited for, later ones as long as patience lasts', async () => {
  const { connection, asked } = lists();
  const list = createDomainList(
    connection,
    () => [domain('b'), domain('new')],
    () => undefined,
  );
  const first = list.current(1, signal);
  asked[0]?.resolve([domain('a'), domain('b')]);
  assert.deepEqual(
    (await first).map(({ name }) => name),
    ['a', 'b'],
  );
  const late = await list.current(1, signal);
  assert.deepEqual(
    late.map(({ name }) => name),
    ['a', 'b', 'new'],
  );
  assert.deepEqual((await list.current(1, signal)).length, 3);
  assert.equal(asked.length, 2, 'nobody asks again while a list is under way');
  asked[1]?.resolve([domain('c')]);
  const third = list.current(10_000, signal);
  assert.deepEqual(
    (await third).map(({ name }) => name),
    ['c'],
  );
});

test('it ends with the reason of its signal, or with the failure of the call', async () => {
  const { connection, asked } = lists();
  const list = createDomainList(
    connection,
    () => [],
    () => undefined,
  );
  const caller = new AbortController();
  const waiting = list.current(1, caller.signal);
  caller.abort(new Error('enough'));
  await assert.rejects(waiting, /enough/);
  const other = list.current(1, signal);
  assert.equal(asked.length, 1);
  asked[0]?.reject(new Error('the daemon is gone'));
  await assert.rejects(other, /the daemon is gone/);
  const next = list.current(1, signal);
  asked[1]?.resolve([domain('a')]);
  assert.equal((await next).length, 1);
});
