/** A thousand callers at once share the readings of one hypervisor. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { credentials, status } from '@grpc/grpc-js';
import type { ServiceError } from '@grpc/grpc-js';
import { durationFromMs, InspectInstancesResponse, InspectorServiceClient } from '@nephometer/inspector-api';
import type { InspectInstancesRequest, InstanceStatistics } from '@nephometer/inspector-api';
import { eventually, startLibvirtd } from '@nephometer/test-kit';
import { startGuests } from './guests.ts';
import { startInspectorUnderTest } from './inspector-under-test.ts';
import { openSockets, residentMib } from './process-facts.ts';
import { warmUp } from './warm-up.ts';

const CALLERS = 1000;
/** The server lets this many calls into one connection at a time. */
const CALLS_PER_CONNECTION = 100;
/** Callers come in over some time, so that a few readings follow each other; each costs at most four calls. */
const LIBVIRT_CALLS = 40;
/** Memory finds its size in the first three: a thousand answers being written at once are some 25 MiB. */
const WARM_UP_SALVOS = 3;
const SALVOS = 8;
/** Salvos whose answers stayed would be 25 MiB each, five of them here; what one leaves for the collector comes and goes. */
const GROWTH_MIB = 80;
const CALLS_METRIC = 'nephometer_inspector_libvirt_calls_total';

interface Caller {
  readonly answer: Promise<InspectInstancesResponse>;
  readonly cancel: () => void;
}

function ask(stub: InspectorServiceClient, request: Partial<InspectInstancesRequest>): Caller {
  const { promise, resolve, reject } = Promise.withResolvers<InspectInstancesResponse>();
  const call = stub.inspectInstances({ ids: [], groups: [], maxAge: undefined, ...request }, (error, answer) =>
    error === null ? resolve(answer) : reject(error),
  );
  return { answer: promise, cancel: () => call.cancel() };
}

test('a thousand callers at once are all answered alike, for the price of a few readings', async (t) => {
  await using libvirtd = await startLibvirtd();
  const guests = await startGuests(libvirtd);
  await using inspector = await startInspectorUnderTest(libvirtd.uri('qemu'));
  await warmUp(inspector);
  const { pid } = inspector.process;
  const socketsBefore = await openSockets(pid);
  const stubs = Array.from(
    { length: CALLERS / CALLS_PER_CONNECTION },
    () =>
      new InspectorServiceClient(inspector.target, credentials.createInsecure(), {
        // Otherwise all clients of a process share one connection.
        'grpc.use_local_subchannel_pool': 1,
        'grpc.max_receive_message_length': -1,
      }),
  );
  /** `requestOf(n)` is what the n-th caller asks for. */
  const salvo = (requestOf: (index: number) => Partial<InspectInstancesRequest>): Caller[] =>
    stubs.flatMap((stub, connection) =>
      Array.from({ length: CALLS_PER_CONNECTION }, (_, index) =>
        ask(stub, requestOf(connection * CALLS_PER_CONNECTION + index)),
      ),
    );
  const ids = guests.map(({ uuid }) => uuid).sort();

  await t.test('all for the same', async () => {
    let rssWarm = 0;
    for (let round = 1; round <= SALVOS; round++) {
      const callsBefore = await inspector.metric(CALLS_METRIC);
      const answers = await Promise.all(salvo(() => ({})).map(({ answer }) => answer));
      const calls = (await inspector.metric(CALLS_METRIC)) - callsBefore;
      assert.ok(calls > 0 && calls <= LIBVIRT_CALLS, `${calls} calls to libvirt`);
      const byReading = Map.groupBy(answers, ({ readAt }) => `${readAt?.seconds} ${readAt?.nanos}`);
      for (const alike of byReading.values()) {
        const texts = alike.map(({ instances }) => encode(instances));
        assert.equal(new Set(texts).size, 1, 'callers of one reading got different answers');
      }
      for (const { instances } of answers) {
        assert.deepEqual(
          instances.map(({ id }) => id),
          ids,
        );
      }
      if (round === WARM_UP_SALVOS) rssWarm = await residentMib(pid);
    }
    const rss = await residentMib(pid);
    assert.ok(rss < rssWarm + GROWTH_MIB, `${rss} MiB, were ${rssWarm} MiB after ${WARM_UP_SALVOS} salvos`);
  });

  await t.test('for different instances and ages', async () => {
    const callsBefore = await inspector.metric(CALLS_METRIC);
    const maxAge = durationFromMs(60_000);
    const answers = await Promise.all(
      salvo((index) => {
        const id = ids[index % ids.length];
        if (index % 3 === 0) return {};
        if (index % 3 === 1) return { maxAge };
        return { ids: id === undefined ? [] : [id], maxAge };
      }).map(({ answer }) => answer),
    );
    const calls = (await inspector.metric(CALLS_METRIC)) - callsBefore;
    assert.ok(calls <= LIBVIRT_CALLS, `${calls} calls to libvirt`);
    const full = answers.filter(({ instances }) => instances.length === ids.length);
    const some = answers.filter(({ instances }) => instances.length === 1);
    assert.equal(full.length + some.length, CALLERS);
    const told = new Set(full.flatMap(({ readAt, instances }) => instances.map((one) => encode([one], readAt))));
    const [first] = some;
    assert.ok(first !== undefined);
    for (const { readAt, instances } of some) {
      assert.ok(told.has(encode(instances, readAt)), 'who asked for one got what those got who asked for all');
    }
  });

  await t.test('and those who leave disturb nobody', async () => {
    const callers = salvo(() => ({}));
    const [leavers, stayers] = [callers.filter((_, n) => n % 2 === 0), callers.filter((_, n) => n % 2 === 1)];
    for (const { cancel } of leavers) cancel();
    const left = await Promise.allSettled(leavers.map(({ answer }) => answer));
    for (const outcome of left) {
      assert.equal(outcome.status === 'rejected' && (outcome.reason as ServiceError).code, status.CANCELLED);
    }
    for (const { answer } of stayers) assert.equal((await answer).instances.length, ids.length);
  });

  for (const stub of stubs) stub.close();
  await eventually(async () => assert.equal(await openSockets(pid), socketsBefore));
});

/** As bytes on the wire, with the reading they come from if it matters. */
function encode(instances: readonly InstanceStatistics[], readAt?: InspectInstancesResponse['readAt']): string {
  const message = InspectInstancesResponse.create({ instances: [...instances], ...(readAt && { readAt }) });
  return Buffer.from(InspectInstancesResponse.encode(message).finish()).toString('base64');
}
