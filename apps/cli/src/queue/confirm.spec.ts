import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';
import { confirm } from './confirm.ts';

const { signal } = new AbortController();

function streams(): { readonly stdin: PassThrough; readonly stderr: PassThrough } {
  const stderr = new PassThrough();
  stderr.resume();
  return { stdin: new PassThrough(), stderr };
}

for (const [answer, isYes] of [
  ['y\n', true],
  [' Yes \n', true],
  ['\n', false],
  ['n\n', false],
  ['yesterday\n', false],
] as const) {
  test(`${JSON.stringify(answer)} is ${isYes ? 'a yes' : 'a no'}`, async () => {
    const asked = streams();
    asked.stdin.write(answer);
    assert.equal(await confirm('Sure?', { ...asked, signal }), isYes);
  });
}

test('The end of the input is a no', async () => {
  const asked = streams();
  asked.stdin.end();
  assert.equal(await confirm('Sure?', { ...asked, signal }), false);
});

test('An abort ends the question, also one from before', async () => {
  const abort = new AbortController();
  const asking = confirm('Sure?', { ...streams(), signal: abort.signal });
  abort.abort(new Error('enough'));
  await assert.rejects(asking, /enough/);
  await assert.rejects(confirm('Sure?', { ...streams(), signal: abort.signal }), /enough/);
});
