import { EVENT_ID, SCALAR_STYLE, constructFromEvents, getScalarValue } from 'js-yaml';
import type { Event, ScalarEvent, Schema } from 'js-yaml';
import type { DocumentPath } from './problem.ts';

/** A node of a document: where it is, and how many values it stands for with its aliases written out. */
interface LocatedNode {
  readonly line: number;
  readonly size: number;
  /** By key or index. A repeated key keeps its first place. */
  readonly children: ReadonlyMap<string, LocatedNode>;
  /** Mappings taken in by merge keys, whose entries count where `children` has none. */
  readonly merged: readonly LocatedNode[];
}

/** Something the events tell that the constructed value no longer does. */
export interface LineMapProblem {
  readonly line: number;
  readonly path: DocumentPath;
  readonly message: string;
}

/** How the scalars of a document are to be read. */
export interface ScalarRules {
  readonly schema: Schema;
  /** Why a plain scalar without a tag must not be in the document; `undefined` if it may. Absent: all may. */
  readonly refuse?: (text: string, role: 'key' | 'value') => string | undefined;
}

/** Where everything in one document is. */
export interface LineMap {
  /** Line of the deepest part of the path that exists, from 1. */
  lineOf(path: DocumentPath): number;
  /** Number of values in the document with every alias written out: what a walk over the value costs. */
  readonly size: number;
  /** Repeated keys, keys that are no scalars, refused scalars, aliases inside of what they stand for. */
  readonly problems: readonly LineMapProblem[];
}

/** What a walk over the events of one document knows. */
interface Walk {
  readonly events: readonly Event[];
  readonly source: string;
  readonly rules: ScalarRules;
  readonly lineAt: (offset: number) => number;
  readonly anchors: Map<string, LocatedNode>;
  readonly openAnchors: Set<string>;
  readonly problems: LineMapProblem[];
  /** Index of the next event. */
  next: number;
  /** Line of the last event that had an offset: an empty value has none of its own. */
  line: number;
}

/**
 * Reads the places of one document from its parser events.
 *
 * @param events of exactly one document, from its DOCUMENT to its POP event
 * @throws YAMLException if a key cannot be constructed, as constructing the document would
 */
export function createLineMap(events: readonly Event[], source: string, rules: ScalarRules): LineMap {
  const walk: Walk = {
    events,
    source,
    rules,
    lineAt: createLineFinder(source),
    anchors: new Map(),
    openAnchors: new Set(),
    problems: [],
    next: 1,
    line: 1,
  };
  const root = readNode(walk, []);
  return {
    lineOf: (path) => lineOf(root, path),
    size: root.size,
    problems: walk.problems,
  };
}

function readNode(walk: Walk, path: DocumentPath, role: 'key' | 'value' = 'value'): LocatedNode {
  const event = walk.events[walk.next++];
  if (event === undefined || event.type === EVENT_ID.POP || event.type === EVENT_ID.DOCUMENT) return leaf(walk.line);
  const line = enter(walk, event);
  if (event.type === EVENT_ID.ALIAS) return readAlias(walk, event, path);
  if (event.type === EVENT_ID.SCALAR && isPlain(event)) {
    const message = walk.rules.refuse?.(getScalarValue(walk.source, event), role);
    if (message !== undefined) walk.problems.push({ line, path, message });
  }
  const anchor = event.anchorStart < 0 ? undefined : walk.source.slice(event.anchorStart, event.anchorEnd);
  if (anchor !== undefined) walk.openAnchors.add(anchor);
  const node = readContent(walk, event.type, line, path);
  if (anchor !== undefined) {
    walk.openAnchors.delete(anchor);
    walk.anchors.set(anchor, node);
  }
  return node;
}

function readContent(walk: Walk, type: Event['type'], line: number, path: DocumentPath): LocatedNode {
  if (type === EVENT_ID.SEQUENCE) return readSequence(walk, line, path);
  if (type === EVENT_ID.MAPPING) return readMapping(walk, line, path);
  return leaf(line);
}

function readSequence(walk: Walk, line: number, path: DocumentPath): LocatedNode {
  const children = new Map<string, LocatedNode>();
  let size = 1;
  while (!atEnd(walk)) {
    const item = readNode(walk, [...path, children.size]);
    size += item.size;
    children.set(String(children.size), item);
  }
  return { line, size, children, merged: [] };
}

/** Parsers do not agree which of two merge keys wins. */
const secondMerge = 'only one << per mapping; write a list, and first in it what shall win: "<<: [*this, *that]"';

function readMapping(walk: Walk, line: number, path: DocumentPath): LocatedNode {
  const children = new Map<string, LocatedNode>();
  const merged: LocatedNode[] = [];
  let size = 1;
  while (!atEnd(walk)) {
    const key = readKey(walk, path);
    const value = readNode(walk, [...path, key.text]);
    size += 1 + value.size;
    const first = children.get(key.text);
    if (key.merges) {
      if (merged.length > 0) walk.problems.push({ line: key.line, path: [...path, key.text], message: secondMerge });
      // `<<: *a` and `<<: [*a, *b]` both: the items of a list are its children.
      merged.push(value);
      for (const item of value.children.values()) merged.push(item);
    } else if (first === undefined) {
      children.set(key.text, { ...value, line: key.line });
    } else {
      const message = `this key is written twice (first on line ${first.line}); remove one of the two`;
      walk.problems.push({ line: key.line, path: [...path, key.text], message });
    }
  }
  return { line, size, children, merged };
}

/** A key as it will be in the constructed mapping: `on` is `true` to YAML 1.1, an alias is what it stands for. */
function readKey(walk: Walk, path: DocumentPath): { text: string; line: number; merges: boolean } {
  const event = walk.events[walk.next];
  if (event?.type === EVENT_ID.SCALAR) {
    readNode(walk, path, 'key');
    const text = String(constructKey(walk, event));
    const merges =
      text === '<<' && isPlain(event) && walk.rules.schema.tags.some((tag) => tag.tagName.endsWith(':merge'));
    return { text, line: walk.line, merges };
  }
  const node = readNode(walk, path);
  const message = 'a list, a mapping or an alias cannot be a key here; write the key as plain text';
  walk.problems.push({ line: node.line, path, message });
  return { text: '', line: node.line, merges: false };
}

/** Whether the scalar's text alone decides what it is: quotes and a tag would. */
function isPlain(scalar: ScalarEvent): boolean {
  return scalar.style === SCALAR_STYLE.PLAIN && scalar.tagStart < 0;
}

function constructKey(walk: Walk, scalar: ScalarEvent): unknown {
  const events: Event[] = [
    { type: EVENT_ID.DOCUMENT, explicitStart: false, explicitEnd: false, directives: [] },
    scalar,
    { type: EVENT_ID.POP },
  ];
  return constructFromEvents(events, { source: walk.source, schema: walk.rules.schema })[0];
}

function readAlias(walk: Walk, event: Event & { type: 5 }, path: DocumentPath): LocatedNode {
  const name = walk.source.slice(event.anchorStart, event.anchorEnd);
  if (walk.openAnchors.has(name)) {
    const message = `the alias *${name} stands inside of what it stands for; write the value out`;
    walk.problems.push({ line: walk.line, path, message });
  }
  return { ...(walk.anchors.get(name) ?? leaf(walk.line)), line: walk.line };
}

/** Consumes the POP event of a collection if it is next. */
function atEnd(walk: Walk): boolean {
  const event = walk.events[walk.next];
  if (event !== undefined && event.type !== EVENT_ID.POP) return false;
  walk.next++;
  return true;
}

function enter(walk: Walk, event: Event): number {
  const offsets: number[] = [];
  if ('anchorStart' in event) offsets.push(event.anchorStart);
  if ('tagStart' in event) offsets.push(event.tagStart);
  if ('start' in event) offsets.push(event.start);
  if ('valueStart' in event) offsets.push(event.valueStart);
  const known = offsets.filter((offset) => offset >= 0);
  if (known.length > 0) walk.line = walk.lineAt(Math.min(...known));
  return walk.line;
}

function leaf(line: number): LocatedNode {
  return { line, size: 1, children: new Map(), merged: [] };
}

function lineOf(root: LocatedNode, path: DocumentPath): number {
  let node = root;
  for (const part of path) {
    const child = childOf(node, String(part));
    if (child === undefined) return node.line;
    node = child;
  }
  return node.line;
}

function childOf(node: LocatedNode, key: string): LocatedNode | undefined {
  const own = node.children.get(key);
  if (own !== undefined) return own;
  for (const merged of node.merged) {
    const child = childOf(merged, key);
    if (child !== undefined) return child;
  }
  return undefined;
}

/** Line (from 1) of an offset. YAML ends lines with LF, CRLF or CR. */
function createLineFinder(source: string): (offset: number) => number {
  const starts = [0, ...[...source.matchAll(/\r\n|\n|\r/g)].map((end) => end.index + end[0].length)];
  return (offset) => {
    let low = 0;
    let high = starts.length;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if ((starts[middle] ?? 0) <= offset) low = middle;
      else high = middle;
    }
    return low + 1;
  };
}
