import assert from 'node:assert/strict';
import { eventually } from '@nephometer/test-kit';
import type { Guest, TestLibvirtd, TestProcess } from '@nephometer/test-kit';
import { readSamples } from './samples-file.ts';
import type { WrittenSample } from './samples-file.ts';
import { readVirshCpu, readVirshDevices } from './virsh-counters.ts';
import type { VirshCounters } from './virsh-counters.ts';

/** A time in which the guests did nothing and the coordinator polled them, with what virsh showed on both sides of it. */
export interface Pause {
  /** Microseconds since 1970. Samples of this time were read between the two looks. */
  readonly fromUs: number;
  readonly toUs: number;
  readonly before: VirshCounters;
  readonly after: VirshCounters;
}

/** What takes part in a pause. */
export interface PauseInput {
  readonly libvirtd: TestLibvirtd;
  readonly guests: readonly Guest[];
  /** Writes samples into `samples.jsonl` of the directory. Does not run, except in pauses. */
  readonly coordinator: TestProcess;
  readonly directory: string;
}

/** Readings in each pause: two, so that there is a rate within it, too. */
const READINGS = 2;

/**
 * Suspends the guests, looks with virsh, lets the coordinator poll them, looks again. What the coordinator asks for is read
 * while it runs, so a sample of this time shows what the two looks show. The guests are left suspended, the coordinator
 * stopped: it asks for nothing between two pauses, however long it takes until the next one.
 */
export async function pause({ libvirtd, guests, coordinator, directory }: PauseInput): Promise<Pause> {
  for (const { name } of guests) await libvirtd.virsh('suspend', name);
  const devices = await readVirshDevices(libvirtd, guests);
  const cpu = await readVirshCpu(libvirtd, guests);
  const fromUs = Date.now() * 1000;
  coordinator.kill('SIGCONT');
  await eventually(async () => {
    const readings = new Set((await readSamples(directory)).map(timestampUs).filter((us) => us > fromUs));
    assert.ok(readings.size >= READINGS, `${readings.size} readings in the pause`);
  });
  coordinator.kill('SIGSTOP');
  const toUs = Date.now() * 1000;
  const cpuAfter = await readVirshCpu(libvirtd, guests);
  const devicesAfter = await readVirshDevices(libvirtd, guests);
  assert.deepEqual(devicesAfter, devices, 'devices of a suspended guest count nothing');
  return {
    fromUs,
    toUs,
    before: new Map([...devices, ...cpu]),
    after: new Map([...devicesAfter, ...cpuAfter]),
  };
}

/** Has suspended guests boot once more and go on. Counters go on, too. */
export async function rebootAndResume({ libvirtd, guests }: PauseInput): Promise<void> {
  for (const { name } of guests) {
    await libvirtd.virsh('reset', name);
    await libvirtd.virsh('resume', name);
  }
}

/** The pause in which a sample was read, if it was in one. */
export function pauseOf(sample: WrittenSample, pauses: readonly Pause[]): Pause | undefined {
  const us = timestampUs(sample);
  return pauses.find(({ fromUs, toUs }) => fromUs < us && us <= toUs);
}

/** When a sample was read, in microseconds since 1970, exact. */
export function timestampUs({ timestamp }: WrittenSample): number {
  const [seconds = '', fraction = '0'] = timestamp.split('.');
  return Date.parse(`${seconds}Z`) * 1000 + Number(fraction);
}
