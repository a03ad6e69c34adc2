/** The socket between inspector and libvirtd goes silent while both live. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { status } from '@grpc/grpc-js';
import { eventually, startFaultProxy, startLibvirtd } from '@nephometer/test-kit';
import { assertComplete } from './completeness.ts';
import { startGuests } from './guests.ts';
import { untilServing } from './health.ts';
import { startInspectorUnderTest } from './inspector-under-test.ts';
import { openSockets } from './process-facts.ts';
import { warmUp } from './warm-up.ts';

/** Six seconds of silence are the inspector's patience; the rest is for a busy machine. */
const NOTICED_MS = 12_000;
/** A try to connect that waits in the silence may take up to 10 s before the next one is made. */
const BACK_MS = 20_000;

test('a socket that goes silent is noticed, its calls end, and it is read again when it speaks or is cut', async () => {
  await using libvirtd = await startLibvirtd();
  await startGuests(libvirtd);
  await using proxy = await startFaultProxy({ target: { path: libvirtd.socketPath } });
  await using inspector = await startInspectorUnderTest(`qemu+unix:///session?socket=${proxy.address.path}`);
  const { shapes } = await warmUp(inspector);
  const { pid } = inspector.process;
  const socketsBefore = await openSockets(pid);

  for (const recover of ['resume', 'cut and resume'] as const) {
    proxy.pause();
    const underWay = inspector.inspect().then(
      () => assert.fail('a silent socket was read'),
      (error: unknown) => error,
    );
    await untilServing(inspector, false, NOTICED_MS);
    const error = (await underWay) as { code: status; details: string };
    assert.equal(error.code, status.UNAVAILABLE, error.details);
    await assert.rejects(inspector.inspect(), { code: status.UNAVAILABLE });
    if (recover === 'cut and resume') proxy.cut();
    await proxy.resume();
    await untilServing(inspector, true, BACK_MS);
    await eventually(async () => assertComplete(await inspector.inspect(), shapes));
    await eventually(async () => assert.equal(await openSockets(pid), socketsBefore));
  }
});
