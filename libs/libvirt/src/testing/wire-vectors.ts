import { Buffer } from 'node:buffer';
import { readFileSync } from 'node:fs';

interface RecordedFrame {
  readonly hex: string;
  readonly header: { readonly serial: number; readonly procedure: number };
  readonly decoded?: Readonly<Record<string, unknown>>;
  readonly error?: Readonly<Record<string, unknown>>;
}

/** A recorded exchange: whole frames in hex with the values in them, 64-bit ones as decimal text. */
export interface WireVector {
  readonly name: string;
  readonly request?: RecordedFrame;
  readonly reply?: RecordedFrame;
  readonly event?: RecordedFrame;
  readonly payloadHex?: string;
  readonly decoded?: Readonly<Record<string, unknown>>;
}

const file = JSON.parse(readFileSync(new URL('../../testdata/libvirt-wire.json', import.meta.url), 'utf8')) as {
  readonly vectors: readonly WireVector[];
};

/** Everything that was recorded from a real daemon, or made by hand after it. */
export const wireVectors: readonly WireVector[] = file.vectors;

export function wireVector(name: string): WireVector {
  const vector = wireVectors.find((candidate) => candidate.name === name);
  if (vector === undefined) throw new Error(`no vector is named ${name}`);
  return vector;
}

export function frameOf(recorded: { readonly hex: string } | undefined): Buffer {
  if (recorded === undefined) throw new Error('the vector has no such frame');
  return Buffer.from(recorded.hex, 'hex');
}
