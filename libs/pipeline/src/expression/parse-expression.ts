import { suggest } from '@nephometer/service';
import type { ArithmeticOperator, ComparisonLink, ComparisonOperator, Expression } from './expression.ts';
import { fieldNames } from './sample-fields.ts';
import { badExpression, readTokens } from './tokens.ts';
import type { Token } from './tokens.ts';

/** How deep parentheses, signs and `not` may nest. */
const maxDepth = 50;

/** How tight the operators bind that are read from left to right. */
const levels: readonly (readonly string[])[] = [
  ['+', '-'],
  ['*', '/', '//', '%'],
];

const comparisons: readonly string[] = ['==', '!=', '<', '<=', '>', '>='];

/** What Python has and this has not, apart from what is not even a word here. */
const foreign = new Set(['if', 'else', 'in', 'is', 'lambda', 'for', 'await', 'yield', 'import']);

const constants: Readonly<Record<string, boolean | null>> = { True: true, False: false, None: null };

/**
 * Reads an expression in Python's grammar, of which there are: numbers, texts, `True`, `False`, `None`, parentheses,
 * `+ - * / // % **`, comparisons (chained ones too), `and`, `or`, `not`, and the fields of a sample with what is below them
 * (`resource_metadata.flavor.vcpus`).
 *
 * @param subject what it is about: one sample, whose fields are named as they are; or samples of several meters, each named
 *   `$(meter)` and followed by a field, the volume if by none
 * @throws PipelineError `bad_expression` with the column
 */
export function parseExpression(source: string, subject: 'sample' | 'meters'): Expression {
  const tokens = readTokens(source);
  let next = 0;
  let depth = 0;

  // The last token is the end, and nothing goes past it.
  const peek = (): Token => tokens[next] ?? { kind: 'end', text: 'the end', column: source.length + 1 };

  function takeOperator(...texts: readonly string[]): Token | undefined {
    const token = peek();
    if (token.kind !== 'operator' || !texts.includes(token.text)) return undefined;
    next += 1;
    return token;
  }

  function takeWord(word: 'and' | 'or' | 'not'): boolean {
    const token = peek();
    if (token.kind !== 'name' || token.text !== word) return false;
    next += 1;
    return true;
  }

  function nested(read: () => Expression): Expression {
    depth += 1;
    if (depth > maxDepth) throw badExpression(peek().column, `more than ${maxDepth} levels are nested`);
    const expression = read();
    depth -= 1;
    return expression;
  }

  function readOr(): Expression {
    let left = readAnd();
    while (takeWord('or')) left = { kind: 'logical', operator: 'or', left, right: readAnd() };
    return left;
  }

  function readAnd(): Expression {
    let left = readNot();
    while (takeWord('and')) left = { kind: 'logical', operator: 'and', left, right: readNot() };
    return left;
  }

  function readNot(): Expression {
    if (takeWord('not')) return { kind: 'not', operand: nested(readNot) };
    const first = readLevel(0);
    const links: ComparisonLink[] = [];
    for (let token = takeOperator(...comparisons); token; token = takeOperator(...comparisons)) {
      const operator = textOf(token) as ComparisonOperator;
      links.push({ operator, right: readLevel(0), column: token.column });
    }
    return links.length === 0 ? first : { kind: 'comparison', first, links };
  }

  function readLevel(level: number): Expression {
    const operators = levels[level];
    if (operators === undefined) return readSign();
    let left = readLevel(level + 1);
    for (let token = takeOperator(...operators); token; token = takeOperator(...operators)) {
      const operator = textOf(token) as ArithmeticOperator;
      left = { kind: 'arithmetic', operator, left, right: readLevel(level + 1), column: token.column };
    }
    return left;
  }

  function readSign(): Expression {
    const token = takeOperator('+', '-');
    if (token === undefined) return readPower();
    const operator = textOf(token) as '+' | '-';
    return { kind: 'sign', operator, operand: nested(readSign), column: token.column };
  }

  /** `**` binds tighter than a sign before it, and not tighter than one behind it: `-2 ** -2` is `-(2 ** (-2))`. */
  function readPower(): Expression {
    const left = readAttributes();
    const token = takeOperator('**');
    if (token === undefined) return left;
    return { kind: 'arithmetic', operator: '**', left, right: nested(readSign), column: token.column };
  }

  function readAttributes(): Expression {
    let expression = readAtom();
    for (let dot = takeOperator('.'); dot; dot = takeOperator('.')) {
      expression = { kind: 'attribute', of: expression, name: readAttributeName(), column: dot.column };
    }
    return expression;
  }

  function readAttributeName(): string {
    const token = peek();
    if (token.kind !== 'name') throw badExpression(token.column, `expected a name behind the dot, got ${quote(token)}`);
    next += 1;
    return token.text;
  }

  function readAtom(): Expression {
    const token = peek();
    next += 1;
    if (token.kind === 'constant') return { kind: 'constant', value: token.value };
    if (token.kind === 'meter') return readMeter(token);
    if (token.kind === 'name') return readName(token);
    if (token.text !== '(') throw badExpression(token.column, `expected a value, got ${quote(token)}`);
    const inner = nested(readOr);
    if (!takeOperator(')')) throw badExpression(token.column, 'the parenthesis is not closed');
    return inner;
  }

  function readMeter({ text, column }: Token & { readonly kind: 'meter' }): Expression {
    if (subject === 'sample') {
      throw badExpression(column, `there is one sample here: write volume in place of $(${text})`);
    }
    if (!takeOperator('.')) return { kind: 'field', meter: text, name: 'volume' };
    const name = peek();
    return { kind: 'field', meter: text, name: knownField(readAttributeName(), name.column) };
  }

  function readName({ text, column }: Token & { readonly kind: 'name' }): Expression {
    if (Object.hasOwn(constants, text)) return { kind: 'constant', value: constants[text] ?? null };
    if (takeOperator('(')) throw badExpression(column, `functions such as ${text}() are not possible here`);
    if (foreign.has(text) || text === 'and' || text === 'or' || text === 'not') {
      throw badExpression(column, `"${text}" is not possible here`);
    }
    if (subject === 'sample') return { kind: 'field', meter: undefined, name: knownField(text, column) };
    throw badExpression(column, `whose ${text}? Write $(meter) or $(meter).${text}, with the name of the meter`);
  }

  const expression = readOr();
  const rest = peek();
  if (rest.kind !== 'end') throw badExpression(rest.column, `expected an operator or the end, got ${quote(rest)}`);
  return expression;
}

/** The meters that an expression names, in its order, each once. */
export function metersOf(expression: Expression): readonly string[] {
  const meters = new Set<string>();
  const visit = (part: Expression): void => {
    switch (part.kind) {
      case 'constant':
        return;
      case 'field':
        if (part.meter !== undefined) meters.add(part.meter);
        return;
      case 'attribute':
        return visit(part.of);
      case 'not':
      case 'sign':
        return visit(part.operand);
      case 'arithmetic':
      case 'logical':
        visit(part.left);
        return visit(part.right);
      case 'comparison':
        for (const operand of [part.first, ...part.links.map(({ right }) => right)]) visit(operand);
    }
  };
  visit(expression);
  return [...meters];
}

/** A name that no sample has would be false for ever, and nobody would see why. */
function knownField(name: string, column: number): string {
  if (fieldNames.includes(name)) return name;
  const meant = suggest(name, fieldNames);
  const advice = meant === undefined ? `there are ${fieldNames.join(', ')}` : `did you mean "${meant}"?`;
  throw badExpression(column, `a sample has no field "${name}"; ${advice}`);
}

function textOf(token: Token): string {
  return token.kind === 'constant' ? String(token.value) : token.text;
}

function quote(token: Token): string {
  return token.kind === 'end' ? token.text : `"${textOf(token)}"`;
}
