import { XMLParser } from 'fast-xml-parser';
import { InspectorError } from '../inspector-error.ts';

/** An element with its namespace resolved. Text and attribute values are decoded. */
export interface XmlElement {
  /** Name without prefix. */
  readonly name: string;
  /** Namespace URI; empty if the element is in none. */
  readonly namespace: string;
  /** Attributes as written, without namespace declarations. */
  readonly attributes: ReadonlyMap<string, string>;
  /** Child elements in order. */
  readonly children: readonly XmlElement[];
  /** Text directly inside, trimmed. */
  readonly text: string;
}

/** libvirt's own limit of one string in its protocol. */
const maxCharacters = 4 * 1024 * 1024;
/** libvirt's definitions have fewer than ten levels; image chains nest two for each layer. */
const maxDepth = 500;

const parser = new XMLParser({
  preserveOrder: true,
  ignoreAttributes: false,
  attributeNamePrefix: '',
  parseTagValue: false,
  parseAttributeValue: false,
  trimValues: false,
  // Entities are decoded below: the five of XML and character references, and nothing a document defines itself.
  processEntities: false,
});

const attributesKey = ':@';
const textKey = '#text';

/**
 * Parses a document into its root element.
 *
 * @throws InspectorError `bad-description` for text that is no XML, has a document type, is longer than 4 Mi characters
 * or nests deeper than 500 elements. Nothing that the document defines is ever expanded or fetched.
 */
export function parseXml(text: string): XmlElement {
  if (text.length > maxCharacters) throw bad(`it has ${text.length} characters, at most ${maxCharacters} are read`);
  if (/<!DOCTYPE/i.test(text)) throw bad('it has a document type, which libvirt never writes');
  let nodes: unknown;
  try {
    nodes = parser.parse(text, true);
  } catch (error) {
    throw bad(error instanceof Error ? error.message : String(error), error);
  }
  const roots = elementsOf(nodes, new Map([['xml', 'http://www.w3.org/XML/1998/namespace']]), 0);
  const [root] = roots;
  if (root === undefined || roots.length > 1) throw bad(`it has ${roots.length} root elements`);
  return root;
}

function bad(what: string, cause?: unknown): InspectorError {
  const message = `The definition of a domain cannot be read: ${what}`;
  return new InspectorError('bad-description', message, cause === undefined ? {} : { cause });
}

function elementsOf(nodes: unknown, scope: ReadonlyMap<string, string>, depth: number): XmlElement[] {
  if (!Array.isArray(nodes)) return [];
  if (depth > maxDepth) throw bad(`its elements nest deeper than ${maxDepth}`);
  const elements: XmlElement[] = [];
  for (const node of nodes as readonly Record<string, unknown>[]) {
    const tag = Object.keys(node).find((key) => key !== attributesKey);
    // Processing instructions, the XML declaration among them, come as elements that start with a question mark.
    if (tag === undefined || tag === textKey || tag.startsWith('?')) continue;
    elements.push(elementOf(tag, node, scope, depth));
  }
  return elements;
}

function elementOf(
  tag: string,
  node: Record<string, unknown>,
  outer: ReadonlyMap<string, string>,
  depth: number,
): XmlElement {
  const attributes = new Map<string, string>();
  let scope = outer;
  for (const [key, raw] of Object.entries((node[attributesKey] ?? {}) as Record<string, unknown>)) {
    const value = decode(String(raw));
    if (key === 'xmlns') scope = new Map(scope).set('', value);
    else if (key.startsWith('xmlns:')) scope = new Map(scope).set(key.slice('xmlns:'.length), value);
    else attributes.set(key, value);
  }
  const colon = tag.indexOf(':');
  const content = node[tag];
  return {
    name: tag.slice(colon + 1),
    namespace: scope.get(colon < 0 ? '' : tag.slice(0, colon)) ?? '',
    attributes,
    children: elementsOf(content, scope, depth + 1),
    text: textOf(content),
  };
}

function textOf(nodes: unknown): string {
  if (!Array.isArray(nodes)) return '';
  let text = '';
  for (const node of nodes as readonly Record<string, unknown>[]) {
    if (textKey in node) text += String(node[textKey]);
  }
  return decode(text).trim();
}

const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/** Replaces the five entities of XML and character references, once; what is unknown stays as it is written. */
function decode(text: string): string {
  if (!text.includes('&')) return text;
  return text.replace(/&(?:#x([0-9a-f]{1,6})|#(\d{1,7})|(amp|lt|gt|quot|apos));/gi, (whole, hex, decimal, name) => {
    if (typeof name === 'string') return entities[name] ?? whole;
    const code = typeof hex === 'string' ? parseInt(hex, 16) : Number(decimal);
    return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : whole;
  });
}

/** The first child element with this name in no matter which namespace. */
export function child(element: XmlElement | undefined, name: string): XmlElement | undefined {
  return element?.children.find((candidate) => candidate.name === name);
}

/** All child elements with this name. */
export function children(element: XmlElement | undefined, name: string): XmlElement[] {
  return element?.children.filter((candidate) => candidate.name === name) ?? [];
}

/** An attribute; an empty one counts as absent. */
export function attribute(element: XmlElement | undefined, name: string): string | undefined {
  const value = element?.attributes.get(name);
  return value === '' ? undefined : value;
}

/** The text of an element; an empty one counts as absent. */
export function textIn(element: XmlElement | undefined): string | undefined {
  return element === undefined || element.text === '' ? undefined : element.text;
}
