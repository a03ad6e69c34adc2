import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { sampleOf } from '../example.ts';
import { PipelineError } from '../pipeline-error.ts';
import { evaluate } from './evaluate.ts';
import { metersOf, parseExpression } from './parse-expression.ts';

const sample = { ...sampleOf('cpu', 3), resourceMetadata: { name: 'web', list: [1, 2], disk: { gb: 4 } } };

const unreadable: readonly (readonly [string, RegExp])[] = [
  ['', /column 1: expected a value, got the end/],
  ['1 +', /column 4: expected a value, got the end/],
  ['volume volume', /column 8: expected an operator or the end, got "volume"/],
  ['(1 + 2', /column 1: the parenthesis is not closed/],
  ['1 + 2)', /column 6: .*got "\)"/],
  ['2 * volum', /column 5: a sample has no field "volum"; did you mean "volume"/],
  ['cpu_number or 1', /column 1: a sample has no field "cpu_number"; there are name, type, unit/],
  ['resource_metadata.', /column 19: expected a name behind the dot, got the end/],
  ['max(volume, 0)', /column 1: functions such as max\(\) are not possible/],
  ['__import__("os")', /column 1: functions/],
  ['volume if volume else 1', /column 8: .*got "if"/],
  ['lambda', /column 1: "lambda" is not possible here/],
  ['volume[0]', /column 7: "\[" is not possible here/],
  ['volume = 1', /column 8: "=" is not possible/],
  ['010', /column 1: 010 begins with a zero; write 10/],
  ['10L', /column 1: a number runs into a word/],
  ['"text', /column 1: the text is not closed/],
  ['1 ^ 2', /column 3: "\^" is not possible/],
  ['$(cpu) * 2', /column 1: there is one sample here: write volume/],
  ['$cpu', /column 1: a meter is written \$\(name\)/],
  ['constructor', /column 1: a sample has no field "constructor"/],
  [`${'('.repeat(51)}1${')'.repeat(51)}`, /more than 50 levels are nested/],
  [`${'-'.repeat(60)}1`, /more than 50 levels/],
  [`1${' + 1'.repeat(1_000)}`, /has 4001 characters; at most 2000/],
];

for (const [text, message] of unreadable) {
  test(`Refused with the column: ${text.slice(0, 40)}`, () => {
    assert.throws(() => parseExpression(text, 'sample'), { code: 'bad_expression', message });
  });
}

const failing: readonly (readonly [string, RegExp])[] = [
  ['volume / 0', /column 8: division by zero/],
  ['volume // 0.0', /column 8: division by zero/],
  ['volume % 0', /column 8: division by zero/],
  ['0 ** -1', /division by zero/],
  ['0.0 ** -1', /division by zero/],
  ['(-8) ** 0.5', /not a real number/],
  ['10 ** 10 ** 10', /column 4: the result is too large/],
  ['9 ** 9 ** 9 ** 9', /too large/],
  ['10.0 ** 400', /too large/],
  ['10 ** 400 * 1.0', /too large/],
  ['2 * resource_metadata.cpu_number', /column 3: expected a number, got something missing; write \(NAME or 1\)/],
  ['-user_id', /column 1: expected a number, got None/],
  ['volume + name', /column 8: a number \+ a text cannot be computed/],
  ['name * 100000000', /the text would have more than 10000 characters/],
  ['resource_metadata.list * 2', /expected a number, got a list/],
  ['resource_metadata.name.first', /column 23: a text has no "first"/],
  ['resource_metadata.list.length', /column 23: a list has no "length"/],
  ['volume.real', /a number has no "real"/],
  ['volume < name', /a number and a text have no order/],
];

for (const [text, message] of failing) {
  test(`Has no value, and says where: ${text}`, () => {
    const expression = parseExpression(text, 'sample');
    assert.throws(() => evaluate(expression, () => sample), { code: 'expression_failed', message });
  });
}

test('The meters of an expression are found wherever they are', () => {
  const text = 'not -$(a) and (1 < $(b) <= $(c).resource_metadata.x) or $(a) ** $(d) * 2';
  assert.deepEqual(metersOf(parseExpression(text, 'meters')), ['a', 'b', 'c', 'd']);
});

test('Only what metadata have of their own can be named', () => {
  for (const name of ['constructor', '__proto__', 'toString', 'gone.too']) {
    assert.deepEqual(
      evaluate(parseExpression(`resource_metadata.${name}`, 'sample'), () => sample),
      {},
    );
  }
});

test('A meter stands for its volume unless another of its fields is named', () => {
  const expression = parseExpression('$(a.b-c) + $(cpu).resource_metadata.disk.gb * $(cpu).volume', 'meters');
  assert.deepEqual(metersOf(expression), ['a.b-c', 'cpu']);
  assert.equal(
    evaluate(expression, (meter) => (meter === 'cpu' ? sample : sampleOf('a.b-c', 30))),
    42n,
  );
  assert.throws(() => parseExpression('$(cpu) * volume', 'meters'), {
    message: /column 10: whose volume\? Write \$\(meter\)/,
  });
  assert.throws(() => parseExpression('$(cpu).volum', 'meters'), { message: /column 8: .*did you mean "volume"/ });
});

test('Whatever is written, it is read and computed, or refused with the column', () => {
  const words = [
    'volume',
    'name',
    'and',
    'or',
    'not',
    '(',
    ')',
    '**',
    '*',
    '/',
    '//',
    '%',
    '-',
    '<',
    '==',
    '.',
    ' ',
    '9',
    '1e300',
    "'a'",
    'None',
  ];
  const texts = fc.oneof(
    fc.array(fc.constantFrom(...words), { maxLength: 40 }).map((parts) => parts.join('')),
    fc.string({ unit: 'binary', maxLength: 60 }),
  );
  fc.assert(
    fc.property(texts, (text) => {
      try {
        evaluate(parseExpression(text, 'sample'), () => sample);
      } catch (error) {
        assert.ok(error instanceof PipelineError, String(error));
        assert.match(error.message, /^column \d+: /);
      }
    }),
    { numRuns: 500 },
  );
});
