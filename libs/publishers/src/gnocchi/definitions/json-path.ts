import type { Metadata, MetadataValue } from '@nephometer/sample';

/**
 * A path into a value: the fields that follow each other, or several paths of which each gives what it finds. Of JSONPath as the
 * Python library `jsonpath-rw` reads it this is what definitions of resources use: `a.b`, `a.'b c'`, `a[0]`, `(a|b)`, `$.a`.
 */
export interface JsonPath {
  /** All values found, in order, `null` among them. */
  find(root: MetadataValue): readonly MetadataValue[];
  /** Names of the fields that it begins with. */
  readonly firstFields: readonly string[];
}

/** A path, or what is wrong with its text, in words for the operator. */
export type ParsedJsonPath =
  { readonly ok: true; readonly path: JsonPath } | { readonly ok: false; readonly problem: string };

/** Reads a path. Never throws. */
export function parseJsonPath(text: string): ParsedJsonPath {
  const tokens = readTokens(text);
  if (!Array.isArray(tokens)) return { ok: false, problem: tokens.problem };
  const reader = { tokens, at: 0 };
  try {
    const path = readUnion(reader, 0);
    const [rest] = reader.tokens.slice(reader.at);
    if (rest !== undefined) throw new SyntaxError(`nothing may follow before "${rest.text}"`);
    return { ok: true, path };
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return { ok: false, problem: error.message };
  }
}

/** Parentheses deeper than this are no path that anybody wrote. */
const MOST_DEPTH = 50;

interface Token {
  readonly kind: 'field' | 'index' | 'sign';
  readonly text: string;
}

interface Reader {
  readonly tokens: readonly Token[];
  at: number;
}

const tokenPattern =
  /\s*(?:(?<field>[a-zA-Z_@][\w@-]*)|"(?<double>[^"]*)"|'(?<single>[^']*)'|\[\s*(?<index>\d+)\s*\]|(?<sign>[.|()$]))/y;

function readTokens(text: string): Token[] | { readonly problem: string } {
  const tokens: Token[] = [];
  const end = text.trimEnd().length;
  tokenPattern.lastIndex = 0;
  while (tokenPattern.lastIndex < end) {
    const from = tokenPattern.lastIndex;
    const found = tokenPattern.exec(text)?.groups;
    if (!found) return { problem: `"${text.slice(from).trim()}" cannot be read; ${whatThereIs}` };
    const field = found['field'] ?? found['double'] ?? found['single'];
    if (field !== undefined) tokens.push({ kind: 'field', text: field });
    else if (found['index'] !== undefined) tokens.push({ kind: 'index', text: found['index'] });
    else tokens.push({ kind: 'sign', text: found['sign'] ?? '' });
  }
  return tokens;
}

const whatThereIs = 'a path is made of names, ".", "|", parentheses and indexes such as [0]';

/** `a.b|c` is `(a.b)|(c)`. */
function readUnion(reader: Reader, depth: number): JsonPath {
  const paths = [readChain(reader, depth)];
  while (takeSign(reader, '|')) paths.push(readChain(reader, depth));
  return paths.length === 1 && paths[0] ? paths[0] : union(paths);
}

function readChain(reader: Reader, depth: number): JsonPath {
  let path = readStep(reader, depth);
  for (;;) {
    const index = reader.tokens[reader.at];
    if (index?.kind === 'index') {
      reader.at += 1;
      path = chain(path, element(Number(index.text)));
    } else if (takeSign(reader, '.')) {
      path = chain(path, readStep(reader, depth));
    } else {
      return path;
    }
  }
}

function readStep(reader: Reader, depth: number): JsonPath {
  const token = reader.tokens[reader.at];
  if (token === undefined) throw new SyntaxError(`it ends where a name should follow; ${whatThereIs}`);
  reader.at += 1;
  if (token.kind === 'field') return field(token.text);
  if (token.kind === 'index') return element(Number(token.text));
  if (token.text === '$') return whole;
  if (token.text !== '(') throw new SyntaxError(`"${token.text}" stands where a name should; ${whatThereIs}`);
  if (depth === MOST_DEPTH) throw new SyntaxError(`its parentheses are more than ${MOST_DEPTH} deep`);
  const path = readUnion(reader, depth + 1);
  if (!takeSign(reader, ')')) throw new SyntaxError('a parenthesis is not closed');
  return path;
}

function takeSign(reader: Reader, sign: string): boolean {
  const token = reader.tokens[reader.at];
  const isIt = token?.kind === 'sign' && token.text === sign;
  if (isIt) reader.at += 1;
  return isIt;
}

/** Begins with whatever follows. */
const whole: JsonPath = { find: (root) => [root], firstFields: [] };

function field(name: string): JsonPath {
  return {
    find: (root) => {
      const isMapping = typeof root === 'object' && root !== null && !Array.isArray(root);
      return isMapping && Object.hasOwn(root, name) ? [(root as Metadata)[name] ?? null] : [];
    },
    firstFields: [name],
  };
}

function element(index: number): JsonPath {
  return {
    find: (root) => (Array.isArray(root) && index < root.length ? [root[index] as MetadataValue] : []),
    firstFields: [],
  };
}

function chain(first: JsonPath, then: JsonPath): JsonPath {
  return {
    find: (root) => first.find(root).flatMap((value) => then.find(value)),
    firstFields: first === whole ? then.firstFields : first.firstFields,
  };
}

function union(paths: readonly JsonPath[]): JsonPath {
  return {
    find: (root) => paths.flatMap((path) => path.find(root)),
    firstFields: paths.flatMap(({ firstFields }) => firstFields),
  };
}
