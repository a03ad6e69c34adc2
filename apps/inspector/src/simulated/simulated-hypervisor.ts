import { hostname } from 'node:os';
import { untilAborted } from '../until-aborted.ts';
import type { Hypervisor } from '../hypervisor.ts';
import { createChance } from './chance.ts';
import { createGuest } from './guest.ts';
import type { SimulatedGuest } from './guest.ts';
import { simulatedGroups, statisticsAt } from './numbers.ts';

/** What to pretend. */
export interface SimulatedSettings {
  /** How many instances. */
  readonly instances: number;
  /** The same seed gives the same instances and, at the same moment, the same numbers. */
  readonly seed: number;
  /** Epoch milliseconds now. */
  readonly now?: () => number;
}

/**
 * A hypervisor that does not exist: believable instances whose counters grow with the clock. For demonstrations, load
 * tests and trying a configuration. It never fails and is never away.
 */
export function createSimulatedHypervisor(settings: SimulatedSettings): Hypervisor {
  const { now = Date.now } = settings;
  const chance = createChance(settings.seed);
  const guests = new Map<string, SimulatedGuest>();
  for (let number = 0; number < settings.instances; number++) {
    const guest = createGuest(number, chance);
    guests.set(guest.instance.id, guest);
  }

  return {
    name: 'simulated',
    uri: `simulated:///?instances=${settings.instances}&seed=${settings.seed}`,
    supportedGroups: () => simulatedGroups,
    hangProtection: () => undefined,
    async run(sink, signal) {
      sink.inventory.replaceAll([...guests.values()].map(({ instance }) => instance));
      sink.availability.set({ available: true, hostname: hostname() });
      await untilAborted(signal);
      sink.availability.set({ available: false, reason: 'stopped' });
    },
    async getHost(signal) {
      signal.throwIfAborted();
      return {
        hypervisorType: 'SIMULATED',
        cpuModel: 'simulated',
        cpus: 64,
        cpuMhz: 2400,
        sockets: 1,
        cores: 16,
        threads: 2,
        memoryKib: 512n * 1024n ** 2n,
        numaCells: [
          { number: 0, freeKib: 64n * 1024n ** 2n },
          { number: 1, freeKib: 96n * 1024n ** 2n },
        ],
        supportedGroups: [...simulatedGroups],
      };
    },
    async inspect({ ids, groups }, signal) {
      signal.throwIfAborted();
      const readAtMs = now();
      const wanted = ids === undefined ? guests.values() : ids.flatMap((id) => guests.get(id) ?? []);
      const instances = Array.from(wanted, (guest) => statisticsAt(guest, readAtMs, groups));
      return { readAtMs, durationMs: now() - readAtMs, instances };
    },
  };
}
