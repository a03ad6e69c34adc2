import { readFileSync } from 'node:fs';
import type { Compat, Sample } from '@nephometer/sample';
import { fromPython } from '../example.ts';
import type { PythonSample } from '../example.ts';
import type { SignedMessage } from './metering-message.ts';
import { parsePythonJson } from './python-json.ts';
import { PythonFloat } from './python-value.ts';
import type { PythonDictionary } from './python-value.ts';

// What the specs of this folder read: messages that Ceilometer made.

/** A file of `testdata`. */
export function readTestdata(name: string): string {
  return readFileSync(new URL(`../../testdata/${name}`, import.meta.url), 'utf8');
}

/** The messages of a file of `testdata`, one on each line, as they were written. */
export function recordedMessages(name: string): readonly string[] {
  return readTestdata(name).trimEnd().split('\n');
}

/** JSON of a message as it was received. */
export function parseMessage(json: string): PythonDictionary {
  return parsePythonJson(json) as PythonDictionary;
}

/** A message as `JSON.parse` reads it. */
interface PlainMessage extends Omit<SignedMessage, 'counter_volume' | 'monotonic_time'> {
  readonly counter_volume: number;
  readonly monotonic_time: number | null;
}

/** The sample that a recorded message was made of. */
export function sampleOf(json: string): Sample {
  const message = JSON.parse(json) as PlainMessage;
  return {
    name: message.counter_name,
    type: message.counter_type,
    unit: message.counter_unit,
    volume: message.counter_volume,
    isFloat: parseMessage(json).counter_volume instanceof PythonFloat,
    userId: message.user_id,
    userName: message.user_name ?? null,
    projectId: message.project_id,
    projectName: message.project_name ?? null,
    resourceId: message.resource_id,
    timestamp: message.timestamp,
    resourceMetadata: message.resource_metadata,
    source: message.source,
    id: message.message_id,
    monotonicTime: message.monotonic_time,
  };
}

/** A sample and the message that Ceilometer packed of it, in hexadecimal. */
export interface RecordedPack {
  readonly sample: Sample;
  readonly packed: string;
  /** Of those sent over TCP. */
  readonly publisherId: string | undefined;
}

/** What Ceilometer sent over UDP and TCP, with the secret `secret`. */
export function recordedPacks(): readonly { readonly compat: Compat; readonly cases: readonly RecordedPack[] }[] {
  type Case = { readonly sample: PythonSample; readonly packed: string; readonly publisher_id?: string };
  const recorded = JSON.parse(readTestdata('packed-messages.json')) as Record<'head' | '19.0.0', readonly Case[]>;
  return (['head', '19.0.0'] as const).map((compat) => ({
    compat,
    cases: recorded[compat].map(({ sample, packed, publisher_id: publisherId }) => ({
      // Those of 19.0.0 have no names.
      sample: fromPython({ ...sample, user_name: null, project_name: null }),
      packed,
      publisherId,
    })),
  }));
}
