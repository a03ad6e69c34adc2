import { metadataJson } from '@nephometer/sample';
import type { Compat, MeterType, Metadata, Sample } from '@nephometer/sample';
import { pythonJson } from './python-json.ts';
import { floatValue } from './python-value.ts';
import type { PythonFloat } from './python-value.ts';

/**
 * A sample as Ceilometer sends it to others: the names and the order of the fields are those of its metering message
 * (`meter_message_from_counter`). Encoders write the fields in the order in which they stand here, which is that of the object.
 * Those that a version lacks are not there.
 */
export interface MeteringMessage {
  readonly source: string;
  readonly counter_name: string;
  readonly counter_type: MeterType;
  readonly counter_unit: string;
  /** `null` if the volume is not finite, which JSON cannot say. */
  readonly counter_volume: number | PythonFloat | null;
  readonly user_id: string | null;
  /** Not before `head`. */
  readonly user_name?: string | null;
  readonly project_id: string | null;
  /** Not before `head`. */
  readonly project_name?: string | null;
  readonly resource_id: string;
  readonly timestamp: string;
  /** That of the sample itself, shared by the messages of a resource: encode it once. */
  readonly resource_metadata: Metadata;
  readonly message_id: string;
  /** Seconds, always a `float`. Not in `2015`. */
  readonly monotonic_time?: number | PythonFloat | null;
  /** Host that sends; only where the transport has it in the message. */
  readonly publisher_id?: string;
}

/** A message with its signature, which is its last field; empty if there is no secret. */
export interface SignedMessage extends MeteringMessage {
  readonly message_signature: string;
}

/** How {@link meteringMessage} makes a message. */
export interface MeteringMessageOptions {
  /** The version whose fields it has. */
  readonly compat: Compat;
  /** Host that sends, for the transports that have it in the message and sign it: TCP. Absent by default. */
  readonly publisherId?: string;
}

/**
 * The message of a sample, not signed yet: a `MessageSigner` does. It is what the publishers for Ceilometer's own transports send:
 * `udp`, `tcp` and `notifier`.
 */
export function meteringMessage(sample: Sample, { compat, publisherId }: MeteringMessageOptions): MeteringMessage {
  const message = messageOf(sample, compat);
  return publisherId === undefined ? message : { ...message, publisher_id: publisherId };
}

// A literal for each version: it says the order at a glance, and objects of one shape are made and read fastest.
function messageOf(sample: Sample, compat: Compat): MeteringMessage {
  switch (compat) {
    case 'head':
      return {
        source: sample.source,
        counter_name: sample.name,
        counter_type: sample.type,
        counter_unit: sample.unit,
        counter_volume: volumeOf(sample),
        user_id: sample.userId,
        user_name: sample.userName,
        project_id: sample.projectId,
        project_name: sample.projectName,
        resource_id: sample.resourceId,
        timestamp: sample.timestamp,
        resource_metadata: sample.resourceMetadata,
        message_id: sample.id,
        monotonic_time: monotonicTimeOf(sample),
      };
    case '19.0.0':
      return {
        source: sample.source,
        counter_name: sample.name,
        counter_type: sample.type,
        counter_unit: sample.unit,
        counter_volume: volumeOf(sample),
        user_id: sample.userId,
        project_id: sample.projectId,
        resource_id: sample.resourceId,
        timestamp: sample.timestamp,
        resource_metadata: sample.resourceMetadata,
        message_id: sample.id,
        monotonic_time: monotonicTimeOf(sample),
      };
    case '2015':
      return {
        source: sample.source,
        counter_name: sample.name,
        counter_type: sample.type,
        counter_unit: sample.unit,
        counter_volume: volumeOf(sample),
        user_id: sample.userId,
        project_id: sample.projectId,
        resource_id: sample.resourceId,
        timestamp: sample.timestamp,
        resource_metadata: sample.resourceMetadata,
        message_id: sample.id,
      };
  }
}

function volumeOf({ volume, isFloat }: Sample): number | PythonFloat | null {
  return isFloat || !Number.isFinite(volume) ? floatValue(volume) : volume;
}

function monotonicTimeOf({ monotonicTime }: Sample): number | PythonFloat | null {
  return monotonicTime === null ? null : floatValue(monotonicTime);
}

/** A message, signed or not, as Python's `json.dumps` writes it: `", "`, `": "`, everything beyond ASCII as `\uXXXX`. */
export function messageToJson(message: MeteringMessage): string {
  const fields: Partial<SignedMessage> = message;
  let json = '';
  for (const name of Object.keys(fields) as (keyof SignedMessage)[]) {
    const value = fields[name];
    if (value === undefined) continue;
    json += `${json === '' ? '{' : ', '}"${name}": `;
    json += name === 'resource_metadata' ? metadataJson(message.resource_metadata) : pythonJson(value);
  }
  return `${json}}`;
}
