import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import { createHmacSha256 } from './hmac-sha256.ts';

test('The result is that of the standard', () => {
  // RFC 4231, case 2.
  assert.equal(
    createHmacSha256('Jefe')('what do ya want for nothing?'),
    '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
  );
});

test('Any key and any text give what the crypto module gives, one after another', () => {
  const text = fc.string({ unit: 'binary', maxLength: 300 });
  fc.assert(
    fc.property(text, fc.array(text), (secret, texts) => {
      const hmac = createHmacSha256(secret);
      assert.deepEqual(
        texts.map(hmac),
        texts.map((each) => expected(secret, each)),
      );
    }),
  );
});

for (const length of [0, 55, 56, 63, 64, 65, 21845, 21846, 65536, 200_000]) {
  test(`A text of ${length} characters of three bytes each fits`, () => {
    const text = '☃'.repeat(length);
    assert.equal(createHmacSha256('secret')(text), expected('secret', text));
    assert.equal(createHmacSha256('k'.repeat(length))('text'), expected('k'.repeat(length), 'text'));
  });
}

function expected(secret: string, text: string): string {
  return createHmac('sha256', secret).update(text).digest('hex');
}
