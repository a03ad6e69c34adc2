import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventually, startLibvirtd } from '@nephometer/test-kit';
import { MissingReason } from '@nephometer/inspector-api';
import type { InspectInstancesResponse } from '@nephometer/inspector-api';
import { call, startLoopback } from '../../testing/loopback.ts';
import { collectingLogger } from '../../testing/quiet-logger.ts';
import { createLibvirtHypervisor } from '../libvirt-hypervisor.ts';
import { statImage } from './stat-image.ts';

test('storage whose file system does not answer costs a guest the size of that image and nobody anything else', async () => {
  await using libvirtd = await startLibvirtd();
  const { disks } = await libvirtd.guests.create({ name: 'both', disks: 2 });
  await libvirtd.guests.define({ name: 'off', disks: 1 });
  const dead = disks[1]?.path;
  const asked: string[] = [];
  let isDead = true;
  const answers = Promise.withResolvers<void>();
  const look: typeof statImage = async (path) => {
    asked.push(path);
    if (path === dead && isDead) await answers.promise;
    return statImage(path);
  };
  const hypervisor = createLibvirtHypervisor({
    uri: libvirtd.uri('qemu'),
    logger: collectingLogger().logger,
    statImage: look,
  });
  await using loop = await startLoopback(hypervisor);
  await eventually(() => assert.equal(loop.sink.availability.current.available, true));
  const read = (): Promise<InspectInstancesResponse> =>
    call(loop.client, 'inspectInstances', { ids: [], groups: [], maxAge: undefined });
  /** Which disks have a size, after checking that all of them have everything else. */
  const sized = ({ instances }: InspectInstancesResponse): string[] =>
    instances.flatMap(({ name, missing, disks: found }) => {
      const others = new Set<MissingReason>([
        MissingReason.UNSUPPORTED,
        MissingReason.BALLOON_PERIOD_ZERO,
        MissingReason.NOT_RUNNING,
      ]);
      assert.deepEqual(
        missing.filter(({ reason }) => !others.has(reason)),
        [],
      );
      assert.ok(found.every(({ capacityBytes, physicalBytes }) => capacityBytes === 8n << 20n && physicalBytes));
      return found
        .filter(({ sourceSizeBytes }) => sourceSizeBytes !== undefined)
        .map(({ device }) => `${name} ${device}`);
    });

  for (let reading = 0; reading < 4; reading++) assert.ok(!sized(await read()).includes('both vdb'));
  assert.equal(asked.filter((path) => path === dead).length, 1);
  isDead = false;
  answers.resolve();
  await eventually(async () =>
    assert.deepEqual(new Set(sized(await read())), new Set(['both vda', 'both vdb', 'off vda'])),
  );
});
