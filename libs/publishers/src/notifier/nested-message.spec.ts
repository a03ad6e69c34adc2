import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Sample } from '@nephometer/sample';
import { exampleCycles, exampleSample } from '../example.ts';
import { createMessageSigner } from '../message/message-signer.ts';
import { messageToJson, meteringMessage } from '../message/metering-message.ts';
import { nestedMessage, nestedText } from './nested-message.ts';

const signer = createMessageSigner({ secret: 'secret', compat: 'head' });

function assertNested(sample: Sample): void {
  const message = signer.sign(meteringMessage(sample, { compat: 'head' }));
  assert.equal(Buffer.concat(nestedMessage(message)).toString('latin1'), nestedText(messageToJson(message)));
}

test('A message within a text reads as the message itself, whoever shares its metadata', () => {
  for (const sample of exampleCycles(3, 2).flat()) assertNested(sample);
});

test('A text that looks like the field of the metadata is none', () => {
  const texts = ['"resource_metadata": {}', '\\"resource_metadata\\": {}', ', "resource_metadata": {}, "'];
  for (const text of texts) {
    assertNested(exampleSample({ name: text, unit: text, userId: text, resourceMetadata: {} }));
    assertNested(exampleSample({ name: text, resourceId: text, resourceMetadata: { [text]: text } }));
  }
});
