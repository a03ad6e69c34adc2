import { tooLate, waitAtMost } from '@nephometer/abortable';
import { isNoDomain, LibvirtError } from '@nephometer/libvirt';
import type { Connection, Domain, DomainState } from '@nephometer/libvirt';
import type { Instance } from '@nephometer/inspector-api';
import type { Logger } from '@nephometer/service';
import { describe, describeBriefly } from './describe.ts';
import type { OnCall } from './session.ts';

/** libvirt says nothing about the domain: it is starting it, or burying its QEMU, and that takes long. */
export const unanswered = 'unanswered';

/** Reads descriptions. */
export interface DescriptionReader {
  /**
   * The description of one domain, `undefined` if it has gone. A domain that cannot be described is told by name and
   * state alone. {@link unanswered} if libvirt does not answer in time; it is not asked again about this domain until it has.
   * Rejects with the reason of `signal`, or a LibvirtError that says more of the connection than of the domain.
   */
  read(domain: Domain, signal: AbortSignal): Promise<Instance | undefined | typeof unanswered>;
  /** The domain has gone. */
  forget(id: string): void;
}

/** What descriptions are read with. */
export interface DescriptionReaderSettings {
  readonly probe: Pick<Connection, 'getState' | 'getXmlDesc'>;
  readonly logger: Logger;
  readonly onCall: OnCall;
  /** Why which domains cannot be read, by id: said when it changes and not each time. Belongs to the reader; outlives it. */
  readonly unreadable: Map<string, string>;
  /** libvirt has answered about a domain at last: it can be read anew. */
  readonly onAnswered: (domain: Domain) => void;
  /** How long libvirt may take for one domain; default 5 s. */
  readonly patienceMs?: number;
}

/** libvirt's "no state": what is known of a domain whose state it will not tell. */
const unknownState: DomainState = { state: 0, reason: 0 };

export function createDescriptionReader(settings: DescriptionReaderSettings): DescriptionReader {
  const { probe, logger, onCall, unreadable, patienceMs = 5000 } = settings;
  /** Domains about which a call is under way that nobody waits for any more. */
  const waiting = new Set<string>();

  /** Takes an error that concerns one domain only; throws all others. */
  const complain = ({ uuid, name }: Domain, error: unknown): void => {
    if (isNoDomain(error) || !isOfOneDomain(error)) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    if (unreadable.get(uuid) !== reason) {
      logger.warn({ id: uuid, domain: name, err: error }, 'definition of a domain cannot be read');
    }
    unreadable.set(uuid, reason);
  };

  const attempt = async (domain: Domain, signal: AbortSignal): Promise<Instance> => {
    const options = { timeoutMs: Infinity };
    let facts = { id: domain.uuid, name: domain.name, ...unknownState };
    try {
      onCall('get-state');
      facts = { ...facts, ...(await probe.getState(domain, options)) };
      onCall('get-xml-desc');
      const instance = describe(facts, await probe.getXmlDesc(domain, {}, options));
      if (unreadable.delete(domain.uuid)) {
        logger.info({ id: domain.uuid, domain: domain.name }, 'definition of a domain can be read again');
      }
      return instance;
    } catch (error) {
      signal.throwIfAborted();
      complain(domain, error);
      return describeBriefly(facts);
    }
  };

  const readOrGone = async (domain: Domain, signal: AbortSignal): Promise<Instance | undefined> => {
    try {
      return await attempt(domain, signal);
    } catch (error) {
      signal.throwIfAborted();
      if (!isNoDomain(error)) throw error;
      unreadable.delete(domain.uuid);
      return undefined;
    }
  };

  return {
    async read(domain, signal) {
      if (waiting.has(domain.uuid)) return unanswered;
      const reading = readOrGone(domain, signal);
      const result = await waitAtMost(reading, patienceMs, signal);
      if (result !== tooLate) return result;
      logger.info({ id: domain.uuid, domain: domain.name }, 'libvirt does not answer about a domain');
      waiting.add(domain.uuid);
      const answered = (): void => {
        waiting.delete(domain.uuid);
        settings.onAnswered(domain);
      };
      reading.then(answered, () => waiting.delete(domain.uuid));
      return unanswered;
    },
    forget: (id) => void unreadable.delete(id),
  };
}

/** An answer of the daemon about this domain, or a definition that is none. Whatever else libvirt's client reports ends the session. */
function isOfOneDomain(error: unknown): boolean {
  return !(error instanceof LibvirtError) || error.code === 'libvirt';
}
