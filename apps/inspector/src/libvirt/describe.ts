import { Instance } from '@nephometer/inspector-api';
import { balloon, disks, vnics } from './devices.ts';
import { isNovaElement, novaMetadata } from './nova-metadata.ts';
import { instanceState, stateReason } from './state.ts';
import { attribute, child, parseXml, textIn } from './xml.ts';
import type { XmlElement } from './xml.ts';

/** A domain as libvirt lists it, with its state. */
export interface DomainFacts {
  /** UUID in lower case. */
  readonly id: string;
  readonly name: string;
  /** libvirt's numbers. */
  readonly state: number;
  readonly reason: number;
}

/** What can be said of a domain whose definition cannot be read. */
export function describeBriefly({ id, name, state, reason }: DomainFacts): Instance {
  return Instance.create({ id, name, state: instanceState(state), stateReason: stateReason(state, reason) });
}

/**
 * The description of a domain from its definition (the XML of DOMAIN_GET_XML_DESC). What is absent or odd in it is
 * absent in the description; unknown elements are ignored.
 *
 * @throws InspectorError `bad-description` if the text is not the definition of a domain at all.
 */
export function describe(facts: DomainFacts, xml: string): Instance {
  // Anybody may have put anything there, and only Nova's is of interest.
  const domain = parseXml(xml, (parent, element) => parent.name === 'metadata' && !isNovaElement(element));
  const devices = child(domain, 'devices');
  const type = child(child(domain, 'os'), 'type');
  const vcpu = child(domain, 'vcpu');
  const maximum = count(textIn(vcpu));
  return Instance.create({
    ...describeBriefly(facts),
    title: textIn(child(domain, 'title')),
    vcpusCurrent: count(attribute(vcpu, 'current')) ?? maximum,
    vcpusMaximum: maximum,
    memoryCurrentKib: kib(child(domain, 'currentMemory')) ?? kib(child(domain, 'memory')),
    memoryMaximumKib: kib(child(domain, 'memory')),
    osType: textIn(type),
    architecture: attribute(type, 'arch'),
    disks: disks(devices),
    vnics: vnics(devices),
    balloon: balloon(devices),
    nova: novaMetadata(child(domain, 'metadata')),
  });
}

function count(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,9}$/.test(text) ? Number(text) : undefined;
}

/** Units of libvirt's memory elements in bytes; libvirt writes KiB, people who define domains write all of them. */
const unitBytes: Readonly<Record<string, bigint>> = {
  b: 1n,
  bytes: 1n,
  kb: 1000n,
  k: 1024n,
  kib: 1024n,
  mb: 1000n ** 2n,
  m: 1024n ** 2n,
  mib: 1024n ** 2n,
  gb: 1000n ** 3n,
  g: 1024n ** 3n,
  gib: 1024n ** 3n,
  tb: 1000n ** 4n,
  t: 1024n ** 4n,
  tib: 1024n ** 4n,
};

function kib(element: XmlElement | undefined): bigint | undefined {
  const text = textIn(element);
  const unit = (attribute(element, 'unit') ?? 'KiB').toLowerCase();
  const bytes = Object.hasOwn(unitBytes, unit) ? unitBytes[unit] : undefined;
  return text !== undefined && /^\d{1,18}$/.test(text) && bytes !== undefined
    ? (BigInt(text) * bytes) / 1024n
    : undefined;
}
