import assert from 'node:assert/strict';
import { test } from 'node:test';
import { examine, loadMessages } from './catalogue.ts';

const messages = await loadMessages();

for (const { message, pattern, as, content } of messages) {
  test(`a file meets: ${message}`, () => {
    const { problems, warnings } = examine(as, content);
    const said = [...problems, ...warnings].map((one) => one.message);
    assert.ok(
      said.some((one) => pattern.test(one)),
      JSON.stringify(said),
    );
  });
}

test('every message says what to do; only what is wrong with YAML itself is left to its parser to word', () => {
  const mute = messages.map(({ message }) => message).filter((message) => !message.includes('; '));
  assert.deepEqual(mute, ['not valid YAML: …']);
});
