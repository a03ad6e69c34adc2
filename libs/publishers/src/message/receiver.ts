import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import type { Compat, Sample } from '@nephometer/sample';
import { createMessageSigner } from './message-signer.ts';
import { messageToJson, meteringMessage } from './metering-message.ts';
import { parseMessage } from './recorded.ts';
import type { PythonDictionary } from './python-value.ts';

// What the specs of UDP and TCP are judged by: a program in Python with Python's own msgpack.

/** A message as it was received. */
export interface ReceivedMessage {
  /** Its bytes, in hexadecimal. */
  readonly packed: string;
  /** What Python unpacked, as Python's `json` writes it. */
  readonly json: string;
}

/** A receiver on a port of its own. Disposing ends it. */
export interface Receiver extends AsyncDisposable {
  readonly port: number;
  /** The first messages, when so many have arrived. */
  messages(count: number): Promise<readonly ReceivedMessage[]>;
  /** Waits for the messages of these samples, and fails unless those that arrived are they, in order and rightly signed. */
  expect(samples: readonly Sample[], as?: { readonly compat?: Compat; readonly publisherId?: string }): Promise<void>;
  /** Waits until so many connections have ended, and gives the bytes that each left of a message. */
  closedConnections(count: number): Promise<readonly number[]>;
  /** Waits until so many connections were made. */
  openConnections(count: number): Promise<void>;
  /** Lets one that was told a window read. */
  read(): void;
}

const script = fileURLToPath(new URL('../../testdata/receive-messages.py', import.meta.url));

/** The command line of the program; `options` are its own. */
export function receiverCommand(
  kind: 'udp' | 'tcp',
  ...options: readonly string[]
): [command: string, args: readonly string[]] {
  return ['/usr/bin/python3', [script, kind, ...options]];
}

/** What a receiver needs of the process that runs the program: of the test kit's, which only specs may import. */
export interface ReceiverProcess extends AsyncDisposable {
  jsonLines(from: 'stdout'): readonly Record<string, unknown>[];
  waitForLine(predicate: () => boolean): Promise<string>;
  write(text: string): void;
}

/** The receiver that runs in a process, as soon as it listens. */
export async function receiverOf(receiver: ReceiverProcess): Promise<Receiver> {
  const linesWith = (key: string) => receiver.jsonLines('stdout').filter((line) => key in line);
  /** The first lines that have a key, as soon as there are so many. */
  const wait = async (key: string, count: number): Promise<readonly Record<string, unknown>[]> => {
    await receiver.waitForLine(() => linesWith(key).length >= count || count === 0);
    return linesWith(key).slice(0, count);
  };
  const [first] = await wait('port', 1);
  const messages = async (count: number) => (await wait('packed', count)) as unknown as readonly ReceivedMessage[];
  const connections = (state: 'open' | 'closed') =>
    receiver.jsonLines('stdout').filter((line) => line['connection'] === state);

  return {
    port: Number(first?.['port']),
    messages,
    async expect(samples, { compat = 'head', publisherId } = {}) {
      const received = (await messages(samples.length)).map(({ json }) => parseMessage(json));
      const signer = createMessageSigner({ secret: 'secret', compat });
      for (const message of received) assert.ok(signer.verify(message), JSON.stringify(message));
      assert.deepEqual(
        received.map(withoutSignature),
        samples.map((sample) =>
          parseMessage(
            messageToJson(meteringMessage(sample, { compat, ...(publisherId !== undefined && { publisherId }) })),
          ),
        ),
      );
    },
    async closedConnections(count) {
      await receiver.waitForLine(() => connections('closed').length >= count);
      return connections('closed').map((line) => Number(line['left']));
    },
    async openConnections(count) {
      await receiver.waitForLine(() => connections('open').length >= count);
    },
    read: () => receiver.write('\n'),
    [Symbol.asyncDispose]: () => receiver[Symbol.asyncDispose](),
  };
}

function withoutSignature({ message_signature: _signature, ...message }: PythonDictionary): PythonDictionary {
  return message;
}
