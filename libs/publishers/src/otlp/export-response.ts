import { BinaryReader, WireType } from '@bufbuild/protobuf/wire';

/** What a receiver says to a request that it took. */
export interface ExportResponse {
  /** How many points it did not take, and never will; 0 if it took all. */
  readonly rejected: number;
  /** Why, in its own words; a warning if it took all. May be empty. */
  readonly message: string;
}

/**
 * Reads an `ExportMetricsServiceResponse` (1 partial_success) with its `ExportMetricsPartialSuccess` (1
 * rejected_data_points, 2 error_message). An empty message says that all is well.
 *
 * @throws if it is none
 */
export function decodeExportResponse(bytes: Uint8Array): ExportResponse {
  let rejected = 0;
  let message = '';
  forEachField(bytes, (tag, reader) => {
    if (tag !== sized(1)) return false;
    forEachField(reader.bytes(), (inner, part) => {
      if (inner === integer(1)) rejected = Number(part.int64());
      else if (inner === sized(2)) message = part.string();
      else return false;
      return true;
    });
    return true;
  });
  return { rejected, message };
}

/**
 * Reads the same in JSON, where 64 bits are a text.
 *
 * @throws if it is none
 */
export function parseExportResponse(bytes: Uint8Array): ExportResponse {
  const partial = fieldOf(JSON.parse(Buffer.from(bytes).toString()), 'partialSuccess');
  const rejected = Number(fieldOf(partial, 'rejectedDataPoints') ?? 0);
  const message = fieldOf(partial, 'errorMessage');
  return { rejected: Number.isInteger(rejected) ? rejected : 0, message: typeof message === 'string' ? message : '' };
}

function fieldOf(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
  return (value as Readonly<Record<string, unknown>>)[name];
}

/** What a `google.rpc.Status` says. */
export interface RpcStatus {
  /** May be empty. */
  readonly message: string;
  /** How long to wait before trying again, in milliseconds: from its `google.rpc.RetryInfo`, if there is one. */
  readonly retryDelayMs?: number;
}

/**
 * Reads a `google.rpc.Status` (2 message, 3 details) with the `google.rpc.RetryInfo` (1 retry_delay) among its details,
 * each a `google.protobuf.Any` (1 type_url, 2 value).
 *
 * @throws if it is none
 */
export function decodeStatus(bytes: Uint8Array): RpcStatus {
  let message = '';
  let retryDelayMs: number | undefined;
  forEachField(bytes, (tag, reader) => {
    if (tag === sized(2)) message = reader.string();
    else if (tag === sized(3)) retryDelayMs = retryDelayOf(reader.bytes()) ?? retryDelayMs;
    else return false;
    return true;
  });
  return { message, ...(retryDelayMs !== undefined && { retryDelayMs }) };
}

function retryDelayOf(any: Uint8Array): number | undefined {
  let type = '';
  let value: Uint8Array = new Uint8Array();
  forEachField(any, (tag, reader) => {
    if (tag === sized(1)) type = reader.string();
    else if (tag === sized(2)) value = reader.bytes();
    else return false;
    return true;
  });
  if (!type.endsWith('/google.rpc.RetryInfo')) return undefined;
  let delayMs = 0;
  forEachField(value, (tag, reader) => {
    if (tag !== sized(1)) return false;
    delayMs = durationMs(reader.bytes());
    return true;
  });
  return delayMs;
}

/** A `google.protobuf.Duration` (1 seconds, 2 nanos). */
function durationMs(bytes: Uint8Array): number {
  let ms = 0;
  forEachField(bytes, (tag, reader) => {
    if (tag === integer(1)) ms += Number(reader.int64()) * 1000;
    else if (tag === integer(2)) ms += reader.int32() / 1e6;
    else return false;
    return true;
  });
  return Math.max(ms, 0);
}

/** Tag of a field that has a length: a text, bytes or a message. */
function sized(field: number): number {
  return (field << 3) | WireType.LengthDelimited;
}

/** Tag of a field that is an integer. */
function integer(field: number): number {
  return (field << 3) | WireType.Varint;
}

/** @param read reads the field of a tag, or returns false to have it passed over */
function forEachField(bytes: Uint8Array, read: (tag: number, reader: BinaryReader) => boolean): void {
  const reader = new BinaryReader(bytes);
  while (reader.pos < reader.len) {
    const [field, type] = reader.tag();
    if (!read((field << 3) | type, reader)) reader.skip(type, field);
  }
}
