import { SaxesParser } from 'saxes';
import type { SaxesTagNS } from 'saxes';
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
  /** Text directly inside, without the white space around it. */
  readonly text: string;
}

/** Whether an element, with all that is inside, is passed over: it has to be well-formed, but is not kept. */
export type Skip = (parent: XmlElement, element: Pick<XmlElement, 'name' | 'namespace'>) => boolean;

/** libvirt's own limit of one string in its protocol. */
const maxCharacters = 4 * 1024 * 1024;
/** libvirt's own parser stops at 256 levels. */
const maxDepth = 500;
/** Far more than a definition has, where a disk takes some ten. What is passed over does not count. */
const maxElements = 100_000;

/** The parser's messages repeat names, which may be long. */
const maxReasonCharacters = 200;

type Building = { -readonly [K in keyof XmlElement]: XmlElement[K] } & { readonly children: XmlElement[] };

/**
 * Parses what libvirt writes: XML without a document type. Nothing that the document defines is ever expanded or fetched.
 *
 * @throws InspectorError `bad-description` for text that is no XML, has a document type, is longer than 4 Mi characters,
 * nests deeper than 500 elements, or has more than 100,000 elements that are not passed over.
 */
export function parseXml(text: string, skip: Skip = () => false): XmlElement {
  if (text.length > maxCharacters) throw bad(`it has ${text.length} characters, at most ${maxCharacters} are read`);
  const parser = new SaxesParser({ xmlns: true, position: false });
  const document: Building = { name: '', namespace: '', attributes: new Map(), children: [], text: '' };
  /** Elements that have not ended, the document itself first; `undefined` for what is passed over. */
  const open: (Building | undefined)[] = [document];
  let kept = 0;

  parser.on('opentag', (tag) => {
    const parent = open.at(-1);
    if (open.length > maxDepth) throw bad(`its elements nest deeper than ${maxDepth}`);
    const element = parent === undefined ? undefined : elementOf(tag);
    if (element === undefined || parent === undefined || (open.length > 1 && skip(parent, element))) {
      open.push(undefined);
      return;
    }
    if (++kept > maxElements) throw bad(`it has more than ${maxElements} elements`);
    parent.children.push(element);
    open.push(element);
  });
  parser.on('closetag', () => {
    const element = open.pop();
    if (element !== undefined) element.text = withoutSpace(element.text);
  });
  const addText = (part: string): void => {
    const element = open.at(-1);
    if (element !== undefined) element.text += part;
  };
  parser.on('text', addText);
  parser.on('cdata', addText);
  parser.on('doctype', () => {
    throw bad('it has a document type, which libvirt never writes');
  });
  parser.on('error', (error) => {
    throw bad(error.message.slice(0, maxReasonCharacters), error);
  });
  parser.write(text).close();

  const [root, ...more] = document.children;
  if (root === undefined || more.length > 0) throw bad(`it has ${document.children.length} root elements`);
  return root;
}

function elementOf({ local, uri, attributes }: SaxesTagNS): Building {
  const own = new Map<string, string>();
  for (const { name, prefix, value } of Object.values(attributes)) {
    if (name !== 'xmlns' && prefix !== 'xmlns') own.set(name, value);
  }
  return { name: local, namespace: uri, attributes: own, children: [], text: '' };
}

/** A definition that cannot be read, and why. */
function bad(why: string, cause?: Error): InspectorError {
  const message = `The definition of a domain cannot be read: ${why}`;
  return new InspectorError('bad-description', message, cause === undefined ? {} : { cause });
}

/** Removes the white space of XML from both ends; other kinds of it are part of a text. */
function withoutSpace(text: string): string {
  return text.replace(/^[ \t\r\n]+/, '').replace(/[ \t\r\n]+$/, '');
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
