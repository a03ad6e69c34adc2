import { InspectorError } from '../inspector-error.ts';

/** Namespaces declared by one element and, by way of `outer`, by those around it. */
export interface Scope {
  /** URI by prefix; the empty prefix is the default namespace. */
  readonly prefixes: ReadonlyMap<string, string>;
  readonly outer: Scope | undefined;
}

/** A start tag. */
export interface Tag {
  /** Name with prefix. */
  readonly tag: string;
  /** Attributes as written, without namespace declarations, with values decoded. */
  readonly attributes: ReadonlyMap<string, string>;
  /** Namespaces inside of the element, its own name included. */
  readonly scope: Scope;
  /** It ends itself: `<a/>`. */
  readonly isEmpty: boolean;
  /** Place of the character after it. */
  readonly end: number;
}

const none: ReadonlyMap<string, string> = new Map();
// What libvirt reads is what its own XML library wrote, so that names need no closer look than where they end.
const tagName = /<([^\s<>/='"&]+)/y;
const attribute = /\s+([^\s<>/='"&]+)\s*=\s*(?:"([^"<]*)"|'([^'<]*)')/y;
const tagEnd = /\s*(\/?)>/y;

/**
 * Reads the start tag at a place of the text.
 *
 * @throws InspectorError `bad-description` if there is none.
 */
export function readTag(text: string, start: number, outer: Scope): Tag {
  tagName.lastIndex = start;
  const [begin, tag] = tagName.exec(text) ?? [];
  if (begin === undefined || tag === undefined) throw bad(`"${short(text.slice(start))}" is no tag`);
  let attributes: Map<string, string> | undefined;
  let prefixes: Map<string, string> | undefined;
  let position = start + begin.length;
  for (;;) {
    attribute.lastIndex = position;
    const match = attribute.exec(text);
    if (match === null) break;
    position = attribute.lastIndex;
    const [, key = '', doubleQuoted, singleQuoted = ''] = match;
    const value = decode(doubleQuoted ?? singleQuoted);
    if (key === 'xmlns') (prefixes ??= new Map<string, string>()).set('', value);
    else if (key.startsWith('xmlns:')) (prefixes ??= new Map<string, string>()).set(key.slice('xmlns:'.length), value);
    else (attributes ??= new Map<string, string>()).set(key, value);
  }
  tagEnd.lastIndex = position;
  const [close, slash] = tagEnd.exec(text) ?? [];
  if (close === undefined) throw bad(`the tag <${short(tag)} does not end`);
  return {
    tag,
    attributes: attributes ?? none,
    scope: prefixes === undefined ? outer : { prefixes, outer },
    isEmpty: slash !== '',
    end: position + close.length,
  };
}

/** The namespace of a prefix; empty if it is in none. */
export function namespaceOf(prefix: string, scope: Scope): string {
  for (let level: Scope | undefined = scope; level !== undefined; level = level.outer) {
    const namespace = level.prefixes.get(prefix);
    if (namespace !== undefined) return namespace;
  }
  return '';
}

const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/** Replaces the five entities of XML and character references, once; what is unknown stays as it is written. */
export function decode(text: string): string {
  if (!text.includes('&')) return text;
  return text.replace(/&(?:#x([0-9a-f]{1,6})|#(\d{1,7})|(amp|lt|gt|quot|apos));/gi, (whole, hex, decimal, name) => {
    if (typeof name === 'string') return entities[name] ?? whole;
    const code = typeof hex === 'string' ? parseInt(hex, 16) : Number(decimal);
    const isCharacter = code > 0 && code <= 0x10ffff && (code < 0xd800 || code > 0xdfff);
    return isCharacter ? String.fromCodePoint(code) : whole;
  });
}

/** A definition that cannot be read, and why. */
export function bad(what: string): InspectorError {
  return new InspectorError('bad-description', `The definition of a domain cannot be read: ${what}`);
}

/** The beginning of a text that may be long. */
export function short(text: string): string {
  return text.length <= 80 ? text : `${text.slice(0, 80)}…`;
}
