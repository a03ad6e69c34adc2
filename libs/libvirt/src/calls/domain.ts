import { maxDomains, minDomainBytes, readDomain, writeDomain } from '../wire/domain.ts';
import type { Domain } from '../wire/domain.ts';
import type { XdrReader } from '../xdr/reader.ts';
import type { XdrWriter } from '../xdr/writer.ts';
import type { Call, CallOptions } from './call.ts';

/** Which domains to list: bits of one pair are OR-ed, pairs are AND-ed, 0 means all. */
export const ListFlag = {
  ACTIVE: 0x1,
  INACTIVE: 0x2,
  PERSISTENT: 0x4,
  TRANSIENT: 0x8,
  RUNNING: 0x10,
  PAUSED: 0x20,
  SHUTOFF: 0x40,
  OTHER: 0x80,
} as const;

/** How to write a domain's XML. SECURE and MIGRATABLE are refused on a read-only connection. */
export const XmlFlag = { SECURE: 1, INACTIVE: 2, UPDATE_CPU: 4, MIGRATABLE: 8 } as const;

/** A domain's state and the reason for it, as numbers; `domainStateName` and `domainStateReason` have their words. */
export interface DomainState {
  readonly state: number;
  readonly reason: number;
}

/** What every driver knows about a domain. Memory in KiB. */
export interface DomainInfo {
  readonly state: number;
  readonly maxMemoryKib: bigint;
  readonly memoryKib: bigint;
  readonly vcpuCount: number;
  /** CPU time used since the start, in ns. */
  readonly cpuTimeNs: bigint;
}

/** Which metadata: the description, the title, or the custom element of namespace `uri`. */
export interface MetadataQuery {
  readonly type: MetadataType;
  readonly uri?: string | undefined;
  /** 0 current, 1 live, 2 persistent configuration. Default 0. */
  readonly flags?: number | undefined;
}

/** In the order of their numbers on the wire. */
export const metadataTypes = ['description', 'title', 'element'] as const;

export type MetadataType = (typeof metadataTypes)[number];

/** Finding and describing domains. None of these waits for a hypervisor process. */
export interface DomainCalls {
  /** In no particular order. `flags` are of {@link ListFlag}; default 0, all. */
  listAllDomains(query?: { readonly flags?: number }, options?: CallOptions): Promise<Domain[]>;
  /** Rejects with an error that `isNoDomain` recognises; so do all calls about a domain that is gone. */
  lookupByUuid(uuid: string, options?: CallOptions): Promise<Domain>;
  lookupByName(name: string, options?: CallOptions): Promise<Domain>;
  /** Of an active domain. */
  lookupById(id: number, options?: CallOptions): Promise<Domain>;
  isActive(domain: Domain, options?: CallOptions): Promise<boolean>;
  getState(domain: Domain, options?: CallOptions): Promise<DomainState>;
  getInfo(domain: Domain, options?: CallOptions): Promise<DomainInfo>;
  /** `flags` are of {@link XmlFlag}; default 0, the live XML of an active domain. */
  getXmlDesc(domain: Domain, query?: { readonly flags?: number }, options?: CallOptions): Promise<string>;
  /** A custom element comes without namespace and prefix. An error of `isNoDomainMetadata` if there is none. */
  getMetadata(domain: Domain, query: MetadataQuery, options?: CallOptions): Promise<string>;
}

export function domainCalls(call: Call): DomainCalls {
  return {
    listAllDomains: ({ flags = 0 } = {}, options) =>
      call(
        {
          procedure: 'CONNECT_LIST_ALL_DOMAINS',
          write: (writer) => writer.int32(1).uint32(flags),
          read: (reader) => reader.array(maxDomains, minDomainBytes, readDomain),
        },
        options,
      ),
    lookupByUuid: (uuid, options) =>
      call(
        { procedure: 'DOMAIN_LOOKUP_BY_UUID', subject: uuid, write: (writer) => writer.uuid(uuid), read: readDomain },
        options,
      ),
    lookupByName: (name, options) =>
      call(
        { procedure: 'DOMAIN_LOOKUP_BY_NAME', subject: name, write: (writer) => writer.string(name), read: readDomain },
        options,
      ),
    lookupById: (id, options) =>
      call(
        {
          procedure: 'DOMAIN_LOOKUP_BY_ID',
          subject: `id ${id}`,
          write: (writer) => writer.int32(id),
          read: readDomain,
        },
        options,
      ),
    isActive: (domain, options) =>
      call({ procedure: 'DOMAIN_IS_ACTIVE', ...about(domain), read: (reader) => reader.boolean() }, options),
    getState: (domain, options) =>
      call({ procedure: 'DOMAIN_GET_STATE', ...about(domain, (writer) => writer.uint32(0)), read: readState }, options),
    getInfo: (domain, options) => call({ procedure: 'DOMAIN_GET_INFO', ...about(domain), read: readInfo }, options),
    getXmlDesc: (domain, { flags = 0 } = {}, options) =>
      call(
        {
          procedure: 'DOMAIN_GET_XML_DESC',
          ...about(domain, (writer) => writer.uint32(flags)),
          read: (reader) => reader.string(),
        },
        options,
      ),
    getMetadata: (domain, { type, uri, flags = 0 }, options) =>
      call(
        {
          procedure: 'DOMAIN_GET_METADATA',
          ...about(domain, (writer) => writer.int32(metadataTypes.indexOf(type)).optionalString(uri).uint32(flags)),
          read: (reader) => reader.string(),
        },
        options,
      ),
  };
}

/** The common part of a request about one domain: the domain comes first on the wire. */
export function about(
  domain: Domain,
  writeRest?: (writer: XdrWriter) => void,
): { readonly subject: string; readonly write: (writer: XdrWriter) => void } {
  return {
    subject: domain.name,
    write: (writer) => {
      writeDomain(writer, domain);
      writeRest?.(writer);
    },
  };
}

function readState(reader: XdrReader): DomainState {
  return { state: reader.int32(), reason: reader.int32() };
}

function readInfo(reader: XdrReader): DomainInfo {
  return {
    state: reader.uint32(),
    maxMemoryKib: reader.uint64(),
    memoryKib: reader.uint64(),
    vcpuCount: reader.uint32(),
    cpuTimeNs: reader.uint64(),
  };
}
