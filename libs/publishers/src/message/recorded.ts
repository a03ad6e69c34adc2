import { readFileSync } from 'node:fs';
import type { Sample } from '@nephometer/sample';
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
