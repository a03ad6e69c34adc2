import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseMessage } from './parse-message.ts';
import { envelope, notification, sampleText } from './example-message.ts';

const one = sampleText({ meter: 'memory.usage', volume: '512.0' });
const two = sampleText({ meter: 'vcpus', volume: '2' });

for (const [what, text] of [
  ['of the polling agent', envelope(notification(`{"samples": [${one}, ${two}]}`))],
  ['of a publisher notifier://', envelope(notification(`[${one}, ${two}]`))],
  ['without an envelope', notification(`{"samples": [${one}, ${two}]}`)],
] as const) {
  test(`a message ${what} gives its samples, an int as an int and a float as a float`, () => {
    const arrivals = parseMessage(text);
    assert.deepEqual(
      arrivals.map(({ parsed: { observation } }) => [observation?.meter, observation?.volume, observation?.isFloat]),
      [
        ['memory.usage', 512, true],
        ['vcpus', 2, false],
      ],
    );
    const { facts } = arrivals[0]?.parsed.observation ?? {};
    assert.equal(facts?.isSorted, false);
    assert.deepEqual(Object.keys(facts?.metadata ?? {}), ['display_name', 'instance_id', 'instance_host', 'flavor']);
    assert.equal(facts?.metadata.display_name, 'wéb ☃');
    assert.equal(arrivals[0]?.text, text);
  });
}

for (const [what, text, problems] of [
  ['bytes that are no text', '\u{fffd}\u{fffd}x', ['not JSON']],
  ['an envelope around something else', envelope('{"half'), ['not JSON']],
  ['an event', envelope(notification('{"traits": []}')), ['JSON, but no sample']],
  ['a message without a payload', envelope('{"event_type": "x"}'), ['JSON, but no sample']],
  ['a list', '[1]', ['JSON, but no sample']],
  ['one sample that is none', notification(`[${two}, 5]`), [undefined, 'JSON, but no sample']],
  ['no samples at all', notification('{"samples": []}'), []],
] as const) {
  test(`${what} is counted as what it is`, () => {
    assert.deepEqual(
      parseMessage(text).map(({ parsed }) => parsed.problem),
      problems,
    );
  });
}

test('no message makes it throw', () => {
  const message = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.json(),
    fc.json().map((payload) => envelope(notification(payload))),
    fc.json().map((payload) => envelope(notification(`{"samples": [${payload}]}`))),
  );
  fc.assert(fc.property(message, (text) => assert.ok(Array.isArray(parseMessage(text)))));
});
