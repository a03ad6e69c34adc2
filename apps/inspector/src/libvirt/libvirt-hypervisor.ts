import { sleep } from '@nephometer/abortable';
import { LibvirtError } from '@nephometer/libvirt';
import type { Domain } from '@nephometer/libvirt';
import type { Logger } from '@nephometer/service';
import type { Hypervisor, HypervisorSink, Reading, ReadingRequest } from '../hypervisor.ts';
import { hypervisorUnavailable, InspectorError } from '../inspector-error.ts';
import { createDescriptions } from './descriptions.ts';
import type { Descriptions } from './descriptions.ts';
import { groupRows, supportedGroups } from './groups.ts';
import { mapRecord } from './map-record.ts';
import { readHost } from './read-host.ts';
import { readStatistics } from './read-statistics.ts';
import { isPermanent, openSession } from './session.ts';
import type { OnCall, Session } from './session.ts';

/** What the driver is made of. */
export interface LibvirtSettings {
  /** URI of libvirt, for example `qemu:///system`. */
  readonly uri: string;
  /** Path of the daemon's socket; `undefined` takes the usual one of the URI. */
  readonly socket?: string | undefined;
  readonly logger: Logger;
  /** Told of each call to libvirt. */
  readonly onCall?: OnCall;
  /** Time between two readings of all descriptions; default 10 minutes. */
  readonly resyncMs?: number;
}

interface Connected {
  readonly session: Session;
  readonly descriptions: Descriptions;
  readonly sink: HypervisorSink;
}

/** Between two tries to connect, in milliseconds: a random time, so that the inspectors of a site do not march in step. */
const retryMs = { least: 500, most: 1500 };

/** The driver for libvirt's daemons, over their own protocol. It only reads. */
export function createLibvirtHypervisor(settings: LibvirtSettings): Hypervisor {
  const { uri, logger, onCall = () => {} } = settings;
  const address = { uri, socket: settings.socket };
  let connected: Connected | undefined;
  let groups = groupRows.map(({ group }) => group);
  let awayBecause = 'not connected yet';

  /** Says once that libvirt is away, and again only when it was there between. */
  const away = (error: unknown, sink: HypervisorSink): void => {
    const reason = error instanceof Error ? error.message : String(error);
    const first = sink.availability.current.available || awayBecause === 'not connected yet';
    awayBecause = reason;
    sink.availability.set({ available: false, reason });
    if (first) logger.warn({ uri, err: error }, 'libvirt is not available, trying again until it is');
  };

  const connectOnce = async (sink: HypervisorSink, signal: AbortSignal): Promise<never> => {
    const session = await openSession(address, onCall, signal);
    try {
      groups = supportedGroups(session.abilities);
      const { resyncMs } = settings;
      const { inventory } = sink;
      const options = { session, inventory, logger, onCall, ...(resyncMs === undefined ? {} : { resyncMs }) };
      const descriptions = createDescriptions(options);
      return await descriptions.follow(signal, () => {
        connected = { session, descriptions, sink };
        const facts = {
          uri,
          socket: session.probe.socketPath,
          daemon: session.probe.daemon,
          instances: inventory.size,
        };
        logger.info(facts, 'libvirt is available');
        sink.availability.set({ available: true, hostname: session.hostname });
      });
    } finally {
      connected = undefined;
      await session.close();
    }
  };

  const require = (): Connected => {
    if (connected === undefined) throw hypervisorUnavailable(uri, awayBecause);
    return connected;
  };

  return {
    name: 'libvirt',
    uri,
    supportedGroups: () => (connected === undefined ? groups : supportedGroups(connected.session.abilities)),
    async run(sink, signal) {
      while (!signal.aborted) {
        try {
          await connectOnce(sink, signal);
        } catch (error) {
          if (signal.aborted) break;
          if (isPermanent(error)) throw new InspectorError('unsupported-uri', error.message, { cause: error });
          away(error, sink);
          const waitMs = retryMs.least + Math.random() * (retryMs.most - retryMs.least);
          await sleep(waitMs, signal).catch(() => {});
        }
      }
      sink.availability.set({ available: false, reason: 'the inspector is stopping' });
    },
    async getHost(signal) {
      const { session } = require();
      return convertErrors(uri, signal, () => readHost(session, onCall, signal));
    },
    async inspect(request, signal) {
      const present = require();
      return convertErrors(uri, signal, () => inspect(present, request, onCall, signal));
    },
  };
}

/** The border between libvirt's errors and ours. */
async function convertErrors<T>(uri: string, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof LibvirtError)) throw error;
    if (error.code !== 'timeout') throw hypervisorUnavailable(uri, error.message, error);
    throw new InspectorError('read-timeout', `The hypervisor ${uri} did not answer in time: ${error.message}`, {
      cause: error,
    });
  }
}

async function inspect(
  { session, descriptions, sink }: Connected,
  request: ReadingRequest,
  onCall: OnCall,
  signal: AbortSignal,
): Promise<Reading> {
  const { inventory } = sink;
  const supported = new Set(supportedGroups(session.abilities));
  const domains = request.ids?.map((uuid): Domain => ({ uuid, name: inventory.get(uuid)?.name ?? '', id: -1 }));
  const descriptionOf = inventory.get.bind(inventory);
  const groups = new Set([...request.groups].filter((group) => supported.has(group)));
  const { records, ...times } = await readStatistics(session, { domains, groups, descriptionOf }, onCall, signal);

  const told = new Set<string>();
  const instances = records.map((record) => {
    const description = inventory.get(record.domain.uuid);
    told.add(record.domain.uuid);
    const context = { groups: request.groups, supported, description, failures: record.failures };
    const statistics = mapRecord(record, context);
    // An event may be late or lost; what was just read is true.
    if (description?.state !== statistics.state) descriptions.suspect(record.domain);
    return statistics;
  });
  if (domains === undefined) {
    for (const { id, name } of inventory.list()) {
      if (!told.has(id)) descriptions.suspect({ uuid: id, name, id: -1 });
    }
  }
  return { ...times, instances };
}
