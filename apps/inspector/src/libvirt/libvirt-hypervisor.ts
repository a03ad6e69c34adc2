import { LibvirtError } from '@nephometer/libvirt';
import type { Domain } from '@nephometer/libvirt';
import type { Logger } from '@nephometer/service';
import type { Availability } from '../availability.ts';
import type { Hypervisor, HypervisorSink } from '../hypervisor.ts';
import { hypervisorUnavailable, InspectorError } from '../inspector-error.ts';
import { createDescriptions } from './descriptions.ts';
import { groupRows, supportedGroups } from './groups.ts';
import { createImageSizes } from './images/image-sizes.ts';
import type { StatImage } from './images/stat-image.ts';
import { inspect } from './inspect.ts';
import type { InspectContext } from './inspect.ts';
import type { OnMissedEvents } from './missed-events.ts';
import { readHost } from './read-host.ts';
import { tryReadDaemonLimits } from './try-read-daemon-limits.ts';
import { createQuarantine } from './reading/quarantine.ts';
import type { HedgeReason } from './reading/hedged-read.ts';
import { openStatisticsReader } from './reading/read-statistics.ts';
import { stuckCallBudget } from './reading/stuck-call-budget.ts';
import type { OnCall } from './session.ts';
import { stayConnected } from './stay-connected.ts';
import type { SessionLife } from './stay-connected.ts';
import { whileConnected } from './while-connected.ts';

/** What the driver is made of. */
export interface LibvirtSettings {
  /** URI of libvirt, for example `qemu:///system`. */
  readonly uri: string;
  /** Path of the daemon's socket; `undefined` takes the usual one of the URI. */
  readonly socket?: string | undefined;
  readonly logger: Logger;
  /** Told of each call to libvirt. */
  readonly onCall?: OnCall;
  /** Told when libvirt has been connected and the inventory is complete. */
  readonly onConnect?: () => void;
  /** Told of changes that were found although no event had announced them. */
  readonly onMissedEvents?: OnMissedEvents;
  /** Told when domains had to be read anew one by one. */
  readonly onHedge?: (reason: HedgeReason) => void;
  /** Time between two readings of all descriptions; default 10 minutes. */
  readonly resyncMs?: number;
  /** Events kept while this process is busy; default 1024. */
  readonly maxBufferedEvents?: number;
  /** Looks at an image; default: at the file system of this host. */
  readonly statImage?: StatImage;
}

/** What serves the callers while there is a session. */
interface Connected extends InspectContext {
  readonly over: AbortSignal;
}

/** The driver for libvirt's daemons, over their own protocol. It only reads. */
export function createLibvirtHypervisor(settings: LibvirtSettings): Hypervisor {
  const { uri, logger, onCall = () => {}, onConnect = () => {}, onMissedEvents = () => {} } = settings;
  const { onHedge = () => {} } = settings;
  const address = { uri, socket: settings.socket };
  let connected: Connected | undefined;
  let availability: Availability | undefined;
  const unreadable = new Map<string, string>();
  let groups = groupRows.map(({ group }) => group);
  // Longer than a session: what is stuck in the file system stays so when libvirt comes back.
  const imageSizes = createImageSizes(settings);
  const quarantine = createQuarantine({
    onHung: ({ uuid, name }, sinceMs) =>
      logger.warn(
        { id: uuid, domain: name, since: new Date(sinceMs).toISOString() },
        'guest does not answer its monitor',
      ),
    onAnswered: ({ uuid, name }, hungMs) =>
      logger.info({ id: uuid, domain: name, seconds: Math.round(hungMs / 1000) }, 'guest answers its monitor again'),
  });

  const serve = async ({ inventory }: HypervisorSink, life: SessionLife): Promise<never> => {
    const { session, over } = life;
    const knownDomains = (): Domain[] => inventory.list().map(({ id, name }) => ({ uuid: id, name, id: -1 }));
    const daemon = await tryReadDaemonLimits(session.probe.socketPath, over);
    const reader = await openStatisticsReader(
      { session, quarantine, knownDomains, maxStuckCalls: stuckCallBudget(daemon?.maxWorkers), onCall, onHedge },
      over,
    );
    try {
      groups = supportedGroups(session.abilities);
      const { resyncMs, maxBufferedEvents } = settings;
      const common = { inventory, logger, onCall, onMissedEvents, unreadable };
      const descriptions = createDescriptions({ ...common, session, resyncMs, maxBufferedEvents });
      return await descriptions.follow(over, () => {
        connected = { session, reader, descriptions, inventory, imageSizes, over };
        life.ready({ instances: inventory.size });
      });
    } catch (error) {
      life.lose(error);
      throw error;
    } finally {
      connected = undefined;
      await reader.close();
    }
  };

  const require = (): Connected => {
    connected?.over.throwIfAborted();
    if (connected !== undefined) return connected;
    const reason = availability?.current.available === false ? availability.current.reason : 'not connected yet';
    throw hypervisorUnavailable(uri, reason);
  };
  /** Asks libvirt, as long as it is there and the caller waits. */
  const ask = <T>(signal: AbortSignal, question: (present: Connected, signal: AbortSignal) => Promise<T>): Promise<T> =>
    convertErrors(uri, signal, async () => {
      const present = require();
      return whileConnected(present.over, signal, (either) => question(present, either));
    });

  return {
    name: 'libvirt',
    uri,
    supportedGroups: () => (connected === undefined ? groups : supportedGroups(connected.session.abilities)),
    async run(sink, signal) {
      availability = sink.availability;
      const common = { address, logger, availability, onCall, onConnect };
      await stayConnected({ ...common, serve: (life) => serve(sink, life) }, signal);
    },
    hangProtection: () => connected?.reader.protection,
    getHost: (signal) => ask(signal, ({ session, reader }, either) => readHost({ session, reader, onCall }, either)),
    inspect: (request, signal) => ask(signal, (present, either) => inspect(present, request, either)),
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
