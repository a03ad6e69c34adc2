import assert from 'node:assert/strict';
import { test } from 'node:test';
import { OptionError, parseOptions } from './options.ts';

const known = ['read-guests', 'other'];

test('without options, everything is measured', () => {
  assert.deepEqual(parseOptions([], known), { guests: [1, 10, 50], rounds: 15, only: [], output: 'dist/bench' });
});

test('numbers of guests are measured in rising order, each once', () => {
  assert.deepEqual(parseOptions(['--guests', '10,1,10', '--rounds=3', '--only', 'other'], known), {
    guests: [1, 10],
    rounds: 3,
    only: ['other'],
    output: 'dist/bench',
  });
});

const wrong: readonly [argv: string[], message: RegExp][] = [
  [['--guests', '0'], /--guests: "0" is no whole number from 1 to 200/],
  [['--guests', '1,x'], /--guests: "x"/],
  [['--guests', ''], /--guests: ""/],
  [['--rounds', '1.5'], /--rounds: "1.5"/],
  [['--only', 'nothing'], /no scenario nothing; there are: read-guests, other/],
  [['--gests', '1'], /--gests/],
  [['1'], /1/],
];

for (const [argv, message] of wrong) {
  test(`${argv.join(' ')} is refused in words`, () => {
    assert.throws(
      () => parseOptions(argv, known),
      (error) => error instanceof OptionError && message.test(error.message),
    );
  });
}
