import { PipelineError } from '../pipeline-error.ts';

/** A word of an expression. `column` counts from 1. */
export type Token =
  | { readonly kind: 'constant'; readonly value: bigint | number | string; readonly column: number }
  | { readonly kind: 'name'; readonly text: string; readonly column: number }
  /** `$(memory.usage)`. */
  | { readonly kind: 'meter'; readonly text: string; readonly column: number }
  | { readonly kind: 'operator'; readonly text: string; readonly column: number }
  | { readonly kind: 'end'; readonly text: string; readonly column: number };

/** Longest expression, in characters. The longest that was ever in a default file has 60. */
const maxLength = 2_000;

// Each is tried at one place; the first that fits wins. None of them can backtrack over more than its own word.
const space = /[ \t\r\n]+/y;
const float = /(?:\d+\.\d*|\.\d+)(?:[eE][+-]?\d+)?|\d+[eE][+-]?\d+/y;
const int = /\d+/y;
const name = /[A-Za-z_]\w*/y;
const meter = /\$\(([\w.-]+)\)/y;
const operator = /\*\*|\/\/|==|!=|<=|>=|[-+*/%<>().,]/y;
const text = /'(?:[^'\\\n]|\\['"\\nt])*'|"(?:[^"\\\n]|\\['"\\nt])*"/y;

const escapes: Readonly<Record<string, string>> = { n: '\n', t: '\t' };

/**
 * The words of an expression in Python's spelling, with an `end` behind them.
 *
 * @throws PipelineError `bad_expression` with the column of what cannot be read
 */
export function readTokens(source: string): readonly Token[] {
  if (source.length > maxLength) {
    throw new PipelineError(
      'bad_expression',
      `the expression has ${source.length} characters; at most ${maxLength} are read`,
    );
  }
  const tokens: Token[] = [];
  let at = 0;
  const take = (pattern: RegExp): RegExpExecArray | undefined => {
    pattern.lastIndex = at;
    const match = pattern.exec(source);
    if (match === null) return undefined;
    at += match[0].length;
    return match;
  };
  while (at < source.length) {
    if (take(space)) continue;
    const column = at + 1;
    const token = readToken(take, column);
    if (token === undefined) throw badExpression(column, unreadable(source.slice(at)));
    tokens.push(token);
    if (token.kind !== 'constant' || typeof token.value === 'string' || !take(name)) continue;
    throw badExpression(column, 'a number runs into a word; put a space or an operator between them');
  }
  return [...tokens, { kind: 'end', text: 'the end', column: source.length + 1 }];
}

/** An error that says where in the expression it is. */
export function badExpression(column: number, message: string): PipelineError {
  return new PipelineError('bad_expression', `column ${column}: ${message}`);
}

function readToken(take: (pattern: RegExp) => RegExpExecArray | undefined, column: number): Token | undefined {
  // Floats first: a whole number is the beginning of one.
  let match = take(float);
  if (match) return { kind: 'constant', value: Number(match[0]), column };
  if ((match = take(int))) return { kind: 'constant', value: readInt(match[0], column), column };
  if ((match = take(text))) return { kind: 'constant', value: unquote(match[0]), column };
  if ((match = take(name))) return { kind: 'name', text: match[0], column };
  if ((match = take(meter))) return { kind: 'meter', text: match[1] ?? '', column };
  if ((match = take(operator))) return { kind: 'operator', text: match[0], column };
  return undefined;
}

/** Python 2 took `010` for 8, Python 3 refuses it, and who writes it means 10. */
function readInt(digits: string, column: number): bigint {
  if (/^0+[1-9]/.test(digits)) throw badExpression(column, `${digits} begins with a zero; write ${BigInt(digits)}`);
  return BigInt(digits);
}

function unquote(quoted: string): string {
  return quoted.slice(1, -1).replace(/\\(.)/g, (_, escaped: string) => escapes[escaped] ?? escaped);
}

function unreadable(rest: string): string {
  const first = String.fromCodePoint(rest.codePointAt(0) ?? 0);
  if (first === '$')
    return 'a meter is written $(name), its name made of letters, digits, dots, dashes and underscores';
  if (first === "'" || first === '"')
    return 'the text is not closed, or has an escape other than \\n \\t \\\\ \\\' \\"';
  return `"${first}" is not possible here; there are + - * / // % **, comparisons, and, or, not, parentheses, numbers, texts and the fields of a sample`;
}
