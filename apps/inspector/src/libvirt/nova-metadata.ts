import type { NamedTexts } from '@nephometer/inspector-api';
import { NovaFlavor, NovaImage, NovaMetadata, NovaOwner } from '@nephometer/inspector-api';
import { attribute, child, children, textIn } from './xml.ts';
import type { XmlElement } from './xml.ts';

const namespaces: ReadonlySet<string> = new Set([
  'http://openstack.org/xmlns/libvirt/nova/1.0',
  'http://openstack.org/xmlns/libvirt/nova/1.1',
]);

/** Whether an element below `metadata` is Nova's. */
export function isNovaElement({ name, namespace }: Pick<XmlElement, 'name' | 'namespace'>): boolean {
  return name === 'instance' && namespaces.has(namespace);
}

/** What Nova wrote below `metadata`, by namespace and not by prefix; `undefined` if it wrote nothing. */
export function novaMetadata(metadata: XmlElement | undefined): NovaMetadata | undefined {
  const instance = metadata?.children.find(isNovaElement);
  if (instance === undefined) return undefined;
  const root = child(instance, 'root');
  return NovaMetadata.create({
    name: textIn(child(instance, 'name')),
    creationTime: textIn(child(instance, 'creationTime')),
    packageVersion: attribute(child(instance, 'package'), 'version'),
    flavor: flavor(child(instance, 'flavor')),
    owner: owner(child(instance, 'owner')),
    image: image(child(instance, 'image')),
    rootType: attribute(root, 'type'),
    rootId: attribute(root, 'uuid'),
  });
}

function flavor(element: XmlElement | undefined): NovaFlavor | undefined {
  if (element === undefined) return undefined;
  const extraSpecs = child(element, 'extraSpecs');
  return NovaFlavor.create({
    id: attribute(element, 'id'),
    name: attribute(element, 'name'),
    memoryMib: wholeNumber(element, 'memory'),
    diskGib: wholeNumber(element, 'disk'),
    swapMib: wholeNumber(element, 'swap'),
    ephemeralGib: wholeNumber(element, 'ephemeral'),
    vcpus: vcpuCount(element),
    extraSpecs: extraSpecs === undefined ? undefined : namedTexts(extraSpecs, 'extraSpec'),
  });
}

function owner(element: XmlElement | undefined): NovaOwner | undefined {
  if (element === undefined) return undefined;
  const user = child(element, 'user');
  const project = child(element, 'project');
  return NovaOwner.create({
    userId: attribute(user, 'uuid'),
    userName: textIn(user),
    projectId: attribute(project, 'uuid'),
    projectName: textIn(project),
  });
}

/** The image with its properties, which Nova writes since 2025.2; before that there is only `root`. */
function image(element: XmlElement | undefined): NovaImage | undefined {
  if (element === undefined) return undefined;
  return NovaImage.create({
    // An instance that boots from a volume has an image element with an empty id.
    id: element.attributes.get('uuid') ?? '',
    containerFormat: textIn(child(element, 'containerFormat')),
    diskFormat: textIn(child(element, 'diskFormat')),
    minDisk: textIn(child(element, 'minDisk')),
    minRam: textIn(child(element, 'minRam')),
    properties: namedTexts(child(element, 'properties'), 'property').entries,
  });
}

function namedTexts(element: XmlElement | undefined, name: string): NamedTexts {
  const entries = children(element, name).flatMap((entry) => {
    const key = attribute(entry, 'name');
    return key === undefined ? [] : [[key, entry.text] as const];
  });
  // A prototype key of a plain object would be lost or worse.
  return { entries: Object.fromEntries(entries.filter(([key]) => key !== '__proto__')) };
}

function wholeNumber(element: XmlElement, name: string): bigint | undefined {
  const text = textIn(child(element, name));
  return text !== undefined && /^\d{1,18}$/.test(text) ? BigInt(text) : undefined;
}

function vcpuCount(element: XmlElement): number | undefined {
  const count = wholeNumber(element, 'vcpus');
  return count === undefined || count > 0xffffffffn ? undefined : Number(count);
}
