import { timingSafeEqual } from 'node:crypto';
import type { Compat } from '@nephometer/sample';
import { createHmacSha256 } from './hmac-sha256.ts';
import type { MeteringMessage, SignedMessage } from './metering-message.ts';
import type { PythonDictionary } from './python-value.ts';
import { signedText, signedTextOfMessage } from './signed-text.ts';

/** What {@link createMessageSigner} signs with. */
export interface SigningSettings {
  /** Ceilometer's `telemetry_secret`. Empty: nothing is signed, and nothing that was signed is checked. */
  readonly secret: string;
  /**
   * Version of Ceilometer that signs or signed: lists within a message are signed in another way since 2020. That of 2015 is
   * taken to run on Python 3; Python 2 cut floats to twelve digits.
   */
  readonly compat: Compat;
}

/** Signs messages and checks signatures of others, as Ceilometer does: HMAC-SHA256 in hexadecimal. */
export interface MessageSigner {
  /** The message with its signature. Metadata is read once, for all the messages that share it. */
  readonly sign: (message: MeteringMessage) => SignedMessage;
  /**
   * Whether a message as it was received bears the right signature, compared in constant time; true without a secret. Read
   * JSON with `parsePythonJson`: `JSON.parse` makes `512` of `512.0`, which is signed as it was written.
   */
  readonly verify: (message: PythonDictionary) => boolean;
}

/**
 * Makes a {@link MessageSigner}, for publishers that send `meteringMessage`s and those who read them.
 */
export function createMessageSigner({ secret, compat }: SigningSettings): MessageSigner {
  const hmac = secret === '' ? () => '' : createHmacSha256(secret);
  return {
    sign: (message) => ({ ...message, message_signature: hmac(signedTextOfMessage(message, compat)) }),
    verify: (message) => {
      if (secret === '') return true;
      const { message_signature: signature } = message;
      return typeof signature === 'string' && areEqual(signature, hmac(signedText(message, compat)));
    },
  };
}

/** In constant time, but for texts of different lengths. */
function areEqual(received: string, expected: string): boolean {
  const receivedBytes = Buffer.from(received, 'utf8');
  const expectedBytes = Buffer.from(expected, 'utf8');
  return receivedBytes.length === expectedBytes.length && timingSafeEqual(receivedBytes, expectedBytes);
}
