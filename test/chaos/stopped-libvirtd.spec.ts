/** libvirtd itself is stopped: its socket accepts, and nobody answers. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { status } from '@grpc/grpc-js';
import type { ServiceError } from '@grpc/grpc-js';
import { eventually, startLibvirtd } from '@nephometer/test-kit';
import { assertComplete } from './completeness.ts';
import { startGuests } from './guests.ts';
import { untilServing } from './health.ts';
import { startInspectorUnderTest } from './inspector-under-test.ts';
import { warmUp } from './warm-up.ts';

const DEADLINE_MS = 3000;
/** Of the caller, to notice that a call has ended. */
const SLACK_MS = 2000;
/** Six seconds of silence are the inspector's patience; the rest is for a busy machine. */
const NOTICED_MS = 12_000;

/** Asserts that a call ends by its deadline with a code that tells the caller to try again later, and why. */
async function assertEndsInTime(call: Promise<unknown>): Promise<void> {
  const startedAt = performance.now();
  const error = await call.then(
    () => assert.fail('a stopped libvirtd was read'),
    (reason: unknown) => reason as ServiceError,
  );
  const tookMs = performance.now() - startedAt;
  assert.ok([status.DEADLINE_EXCEEDED, status.UNAVAILABLE].includes(error.code), error.message);
  assert.ok(error.details.length > 10, 'the error says why');
  assert.ok(tookMs < DEADLINE_MS + SLACK_MS, `the call took ${tookMs} ms`);
}

test('a libvirtd that is stopped keeps no caller beyond its deadline, and is served again when it goes on', async () => {
  await using libvirtd = await startLibvirtd();
  await startGuests(libvirtd);
  await using inspector = await startInspectorUnderTest(libvirtd.uri('qemu'));
  const { shapes } = await warmUp(inspector);
  const { pid } = libvirtd;
  process.kill(pid, 'SIGSTOP');
  try {
    const deadline = { deadlineMs: DEADLINE_MS };
    await Promise.all([
      assertEndsInTime(inspector.inspect({}, deadline)),
      assertEndsInTime(inspector.inspect({ ids: [...shapes.keys()].slice(0, 1) }, deadline)),
      untilServing(inspector, false, NOTICED_MS),
    ]);
    await assertEndsInTime(inspector.inspect({}, deadline));
    await assertEndsInTime(inspector.getHost(deadline));
  } finally {
    process.kill(pid, 'SIGCONT');
  }
  await untilServing(inspector, true, 30_000);
  await eventually(async () => assertComplete(await inspector.inspect(), shapes));
});
