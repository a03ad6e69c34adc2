import { bad, decode, namespaceOf, readTag, short } from './xml-tag.ts';
import type { Scope, Tag } from './xml-tag.ts';

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

/** An element that has not ended. */
interface Open {
  /** Name with prefix, which the end tag repeats. */
  readonly tag: string;
  readonly scope: Scope;
  /** `undefined` if it is passed over. */
  readonly element: { -readonly [K in keyof XmlElement]: XmlElement[K] } | undefined;
  /** Those of `element`. */
  readonly children: XmlElement[];
}

/** Where the parser is. */
interface Progress {
  readonly skip: Skip;
  /** Elements that have not ended, the document itself first. */
  readonly stack: Open[];
  inner: Open;
  kept: number;
}

/**
 * Parses what libvirt writes: XML without a document type. It reads the text once, in a time that grows with its length
 * and with nothing else. Nothing that the document defines is ever expanded or fetched.
 *
 * @throws InspectorError `bad-description` for text that is no XML, has a document type, is longer than 4 Mi characters,
 * nests deeper than 500 elements, or has more than 100,000 elements that are not passed over.
 */
export function parseXml(text: string, skip: Skip = () => false): XmlElement {
  if (text.length > maxCharacters) throw bad(`it has ${text.length} characters, at most ${maxCharacters} are read`);
  const document = openDocument();
  const progress: Progress = { skip, stack: [document], inner: document, kept: 0 };
  for (let position = 0; position < text.length;) {
    const next = text.indexOf('<', position);
    const start = next < 0 ? text.length : next;
    if (start > position) addText(progress, decode(text.slice(position, start)));
    position = next < 0 ? start : readMarkup(text, start, progress);
  }
  const { inner } = progress;
  if (inner !== document) throw bad(`<${short(inner.tag)}> does not end`);
  if (document.element?.text.trim() !== '') throw bad('it has text outside of its root element');
  const [root, ...more] = document.children;
  if (root === undefined || more.length > 0) throw bad(`it has ${document.children.length} root elements`);
  return root;
}

/** Reads what begins with the `<` at `start`, and gives the place behind it. */
function readMarkup(text: string, start: number, progress: Progress): number {
  if (text.startsWith('</', start)) return readEndTag(text, start, progress);
  if (text.startsWith('<!--', start)) return after(text, '-->', start + 4);
  if (text.startsWith('<?', start)) return after(text, '?>', start + 2);
  if (text.startsWith('<![CDATA[', start)) {
    const end = after(text, ']]>', start + 9);
    addText(progress, text.slice(start + 9, end - 3));
    return end;
  }
  if (text.startsWith('<!', start)) throw bad('it has a document type, which libvirt never writes');
  const tag = readTag(text, start, progress.inner.scope);
  const open = openElement(tag, progress);
  if (tag.isEmpty) return tag.end;
  if (progress.stack.length > maxDepth) throw bad(`its elements nest deeper than ${maxDepth}`);
  progress.stack.push(open);
  progress.inner = open;
  return tag.end;
}

function readEndTag(text: string, start: number, progress: Progress): number {
  const end = after(text, '>', start + 2);
  const tag = text.slice(start + 2, end - 1).trimEnd();
  const { stack, inner } = progress;
  const outer = stack.at(-2);
  if (outer === undefined || tag !== inner.tag) throw bad(`</${short(tag)}> ends what did not begin`);
  if (inner.element !== undefined) inner.element.text = withoutSpace(inner.element.text);
  stack.pop();
  progress.inner = outer;
  return end;
}

function after(text: string, mark: string, from: number): number {
  const place = text.indexOf(mark, from);
  if (place < 0) throw bad(`it ends before ${mark}`);
  return place + mark.length;
}

function openDocument(): Open {
  const prefixes = new Map([['xml', 'http://www.w3.org/XML/1998/namespace']]);
  const children: XmlElement[] = [];
  const element = { name: '', namespace: '', attributes: new Map<string, string>(), children, text: '' };
  return { tag: '', scope: { prefixes, outer: undefined }, element, children };
}

function openElement({ tag, scope, attributes }: Tag, progress: Progress): Open {
  const { inner, skip, stack } = progress;
  const children: XmlElement[] = [];
  const passedOver = { tag, scope, element: undefined, children };
  if (inner.element === undefined) return passedOver;
  const colon = tag.indexOf(':');
  const name = tag.slice(colon + 1);
  const namespace = namespaceOf(colon < 0 ? '' : tag.slice(0, colon), scope);
  if (stack.length > 1 && skip(inner.element, { name, namespace })) return passedOver;
  if (++progress.kept > maxElements) throw bad(`it has more than ${maxElements} elements`);
  const element = { name, namespace, attributes, children, text: '' };
  inner.children.push(element);
  return { tag, scope, element, children };
}

function addText({ inner }: Progress, text: string): void {
  if (inner.element !== undefined) inner.element.text += text;
}

/** Removes the white space of XML from both ends; other kinds of it are part of a text. */
function withoutSpace(text: string): string {
  const isSpace = (index: number): boolean => ' \t\r\n'.includes(text.charAt(index));
  let [start, end] = [0, text.length];
  while (start < end && isSpace(start)) start++;
  while (end > start && isSpace(end - 1)) end--;
  return text.slice(start, end);
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
