import assert from 'node:assert/strict';
import { test } from 'node:test';
import { OptionError, parseOptions } from './options.ts';

const known = [
  { name: 'reading', subjects: [] },
  { name: 'delivery', subjects: ['shared', 'file'] },
];

const everything = { scenarios: [], guests: [1, 10, 50], subjects: [], output: 'dist/bench' };

test('without options, everything is measured', () => {
  assert.deepEqual(parseOptions([], known), everything);
});

test('scenarios and subjects are named, and measured once', () => {
  assert.deepEqual(parseOptions(['delivery', 'delivery', '--subjects', 'file,shared,file'], known), {
    ...everything,
    scenarios: ['delivery'],
    subjects: ['file', 'shared'],
  });
});

test('numbers of guests are measured in rising order, each once', () => {
  assert.deepEqual(parseOptions(['--guests', '10,1,10', '--rounds=3', '--output', 'here'], known), {
    ...everything,
    guests: [1, 10],
    rounds: 3,
    output: 'here',
  });
});

const wrong: readonly [argv: string[], message: RegExp][] = [
  [['--guests', '0'], /--guests: "0" is no whole number from 1 to 200/],
  [['--guests', '1,x'], /--guests: "x"/],
  [['--guests', ''], /--guests: ""/],
  [['--rounds', '1.5'], /--rounds: "1.5"/],
  [['nothing'], /no scenario nothing; there are: reading, delivery/],
  [['--subjects', 'udp'], /no subject udp; there are: shared, file/],
  [['reading', '--subjects', 'file'], /no subject file; there is none/],
  [['--gests', '1'], /--gests/],
];

for (const [argv, message] of wrong) {
  test(`${argv.join(' ')} is refused in words`, () => {
    assert.throws(
      () => parseOptions(argv, known),
      (error) => error instanceof OptionError && message.test(error.message),
    );
  });
}
