import type { XdrReader } from '../xdr/reader.ts';
import type { XdrWriter } from '../xdr/writer.ts';

/** The most domains in one list, of a reply as of a request. */
export const maxDomains = 16_384;

/** An empty name, the UUID and the id. */
export const minDomainBytes = 24;

/**
 * What libvirt calls a domain: a guest. The daemon goes by the UUID; name and id are what it last said. A domain that
 * was listed may be passed on for ever, also after a restart has given it another id.
 */
export interface Domain {
  readonly name: string;
  /** Canonical lower-case text. */
  readonly uuid: string;
  /** Changes with each start; -1 when the domain is not active. */
  readonly id: number;
}

export function readDomain(reader: XdrReader): Domain {
  return { name: reader.string(), uuid: reader.uuid(), id: reader.int32() };
}

export function writeDomain(writer: XdrWriter, domain: Domain): void {
  writer.string(domain.name).uuid(domain.uuid).int32(domain.id);
}
