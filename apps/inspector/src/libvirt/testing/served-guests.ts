import assert from 'node:assert/strict';
import { InspectionStatus } from '@nephometer/inspector-api';
import type { Instance, InstanceStatistics } from '@nephometer/inspector-api';
import { call, startLoopback } from '../../testing/loopback.ts';
import type { Loopback } from '../../testing/loopback.ts';
import { collectingLogger } from '../../testing/quiet-logger.ts';
import { uncovered } from '../../statistics/gap.ts';
import { createLibvirtHypervisor } from '../libvirt-hypervisor.ts';
import { allGroups } from './records.ts';

/** What is needed of a private libvirtd; specs start it, with the test kit that only they may use. */
export interface GuestsDaemon extends AsyncDisposable {
  uri(driver: 'qemu'): string;
  readonly guests: { create(spec: { name: string; disks: number; iothreads: number }): Promise<unknown> };
}

/** `eventually` of the test kit. */
export type Eventually = <T>(attempt: () => T | Promise<T>) => Promise<T>;

/** The QEMU guests of one private libvirtd, read through the API. One of them, `bystander`, must never be affected. */
export interface ServedGuests<Daemon extends GuestsDaemon> extends AsyncDisposable {
  readonly libvirtd: Daemon;
  readonly loop: Loopback;
  /**
   * One reading of all groups, of everybody or of these UUIDs, by name. Every statistic in it has been found to be there
   * or to have its reason, and the bystander to be as it was.
   */
  read(ids?: readonly string[]): Promise<ReadonlyMap<string, InstanceStatistics>>;
  /** The same, for one guest that must be in it. */
  readOne(name: string): Promise<InstanceStatistics>;
  /** The description, as soon as the inventory has one that satisfies `check`. */
  described(id: string, check?: (instance: Instance) => void): Promise<Instance>;
}

const kindOfMissing = ({ missing }: InstanceStatistics): unknown =>
  missing.map(({ group, reason, fields }) => ({ group, reason, fields }));

/** Starts the bystander and serves the daemon, which ends with what is returned, or at once if that fails. */
export async function serveGuests<Daemon extends GuestsDaemon>(
  libvirtd: Daemon,
  eventually: Eventually,
): Promise<ServedGuests<Daemon>> {
  let loop: Loopback | undefined;
  const dispose = async (): Promise<void> => {
    await loop?.[Symbol.asyncDispose]();
    await libvirtd[Symbol.asyncDispose]();
  };
  try {
    await libvirtd.guests.create({ name: 'bystander', disks: 1, iothreads: 1 });
    const { logger } = collectingLogger();
    loop = await startLoopback(createLibvirtHypervisor({ uri: libvirtd.uri('qemu'), logger }));
    const { availability } = loop.sink;
    await eventually(() => assert.equal(availability.current.available, true));
    return { libvirtd, loop, ...readings(loop, eventually), [Symbol.asyncDispose]: dispose };
  } catch (error) {
    await dispose();
    throw error;
  }
}

function readings(
  loop: Loopback,
  eventually: Eventually,
): Pick<ServedGuests<GuestsDaemon>, 'read' | 'readOne' | 'described'> {
  let usual: unknown;
  const read = async (ids: readonly string[] = []): Promise<ReadonlyMap<string, InstanceStatistics>> => {
    const request = { ids: [...ids], groups: [...allGroups], maxAge: undefined };
    const { instances } = await call(loop.client, 'inspectInstances', request);
    const byName = new Map(instances.map((instance) => [instance.name, instance]));
    for (const [name, instance] of byName) {
      if (instance.status === InspectionStatus.GONE) continue;
      assert.deepEqual(uncovered(instance, allGroups), [], `of ${name} everything is there or has a reason`);
    }
    const bystander = byName.get('bystander');
    if (bystander !== undefined) {
      usual ??= kindOfMissing(bystander);
      assert.deepEqual(kindOfMissing(bystander), usual, 'the bystander is not affected');
      assert.ok(bystander.memory?.residentKib !== undefined && bystander.disks[0]?.readBytes !== undefined);
    } else assert.notEqual(ids.length, 0, 'the bystander is there');
    return byName;
  };
  return {
    read,
    async readOne(name) {
      const found = (await read()).get(name);
      assert.ok(found !== undefined, `${name} is in the answer`);
      return found;
    },
    described: (id, check = () => {}) =>
      eventually(() => {
        const instance = loop.sink.inventory.get(id);
        assert.ok(instance !== undefined, `${id} is described`);
        check(instance);
        return instance;
      }),
  };
}
