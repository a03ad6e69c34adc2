import { BinaryReader, WireType } from '@bufbuild/protobuf/wire';
import snappy from './snappy.js';

// What the specs of this folder read requests with: another protobuf than the one that wrote them.

/** A `WriteRequest` as it came. */
export interface DecodedRequest {
  readonly series: readonly {
    /** In the order in which they were sent. */
    readonly labels: readonly (readonly [name: string, value: string])[];
    readonly points: readonly { readonly timestampMs: number; readonly value: number; readonly bits: bigint }[];
  }[];
  readonly metadata: readonly {
    readonly type: number;
    readonly name: string;
    readonly help: string;
    readonly unit: string;
  }[];
}

/** Reads a request, compressed or not. */
export function decodeRequest(bytes: Uint8Array, isCompressed = true): DecodedRequest {
  const series: DecodedRequest['series'][number][] = [];
  const metadata: DecodedRequest['metadata'][number][] = [];
  for (const [field, value] of fieldsOf(isCompressed ? snappy.uncompress(bytes) : bytes)) {
    if (field === 1) series.push(decodeSeries(value as Uint8Array));
    else metadata.push(decodeMetadata(value as Uint8Array));
  }
  return { series, metadata };
}

type FieldValue = Uint8Array | bigint;

function fieldsOf(bytes: Uint8Array): readonly (readonly [field: number, value: FieldValue])[] {
  const reader = new BinaryReader(bytes);
  const fields: [number, FieldValue][] = [];
  while (reader.pos < reader.len) {
    const [field, wire] = reader.tag();
    if (wire === WireType.LengthDelimited) fields.push([field, reader.bytes()]);
    else if (wire === WireType.Bit64) fields.push([field, BigInt(reader.fixed64())]);
    else fields.push([field, BigInt(reader.uint64())]);
  }
  return fields;
}

function decodeSeries(bytes: Uint8Array): DecodedRequest['series'][number] {
  const fields = fieldsOf(bytes);
  const labels = fields
    .filter(([field]) => field === 1)
    .map(([, value]) => {
      const texts = fieldsOf(value as Uint8Array).map(([, text]) => Buffer.from(text as Uint8Array).toString());
      return [texts[0] ?? '', texts[1] ?? ''] as const;
    });
  const points = fields
    .filter(([field]) => field === 2)
    .map(([, value]) => {
      const byField = new Map(fieldsOf(value as Uint8Array));
      const bits = byField.get(1) as bigint;
      const view = new DataView(new ArrayBuffer(8));
      view.setBigUint64(0, bits);
      return { timestampMs: Number(byField.get(2)), value: view.getFloat64(0), bits };
    });
  return { labels, points };
}

function decodeMetadata(bytes: Uint8Array): DecodedRequest['metadata'][number] {
  const byField = new Map(fieldsOf(bytes));
  const text = (field: number): string => Buffer.from(byField.get(field) as Uint8Array).toString();
  return { type: Number(byField.get(1)), name: text(2), help: text(4), unit: text(5) };
}
