/** A message for one partition of the topic. */
export interface KafkaMessage {
  /** Where its sample stands in the batch. */
  readonly index: number;
  readonly partition: number;
  readonly key: Buffer;
  readonly value: Buffer;
  readonly headers: Map<Buffer, Buffer>;
}

/** Of messages that go to a partition at once, in bytes. Brokers take 1 MiB, unless told otherwise; that is after compression. */
const mostBytes = 900_000;

/** What a message takes besides key and value: headers, lengths. */
const overheadBytes = 120;

/**
 * Cuts messages, in their order, into pieces to be sent one after the other: of each, no partition gets more than brokers take,
 * unless a single message does.
 */
export function* messagePieces(messages: Iterable<KafkaMessage>): Generator<readonly KafkaMessage[]> {
  let piece: KafkaMessage[] = [];
  const bytes = new Map<number, number>();
  for (const message of messages) {
    const size = message.key.length + message.value.length + overheadBytes;
    const before = bytes.get(message.partition) ?? 0;
    if (before > 0 && before + size > mostBytes) {
      yield piece;
      piece = [];
      bytes.clear();
    }
    piece.push(message);
    bytes.set(message.partition, (bytes.get(message.partition) ?? 0) + size);
  }
  if (piece.length > 0) yield piece;
}
