import { Host, InspectInstancesResponse, Instance, Timestamp } from '@nephometer/inspector-api';
import type { Duration } from '@nephometer/inspector-api';

/** What the inspector answered about a host: `host` of GetHost, `instances` of ListInstances, all of InspectInstances. */
export interface HostAnswers {
  readonly host: Host;
  readonly instances: readonly Instance[];
  readonly reading: InspectInstancesResponse;
}

/**
 * The answers as one JSON document in proto3's JSON form, as gRPC tools print them: names in camel case, 64-bit numbers as
 * strings, enums by their names, zero values of plain fields left out.
 */
export function answersToJson({ host, instances, reading }: HostAnswers): string {
  const document = {
    host: hostToJson(host),
    instances: instances.map((instance) => Instance.toJSON(instance)),
    reading: {
      ...(InspectInstancesResponse.toJSON(reading) as object),
      ...(reading.readAt && { readAt: Timestamp.toJSON(reading.readAt) }),
      ...(reading.readDuration && { readDuration: durationToJson(reading.readDuration) }),
      ...(reading.age && { age: durationToJson(reading.age) }),
    },
  };
  return `${JSON.stringify(document, undefined, 2)}\n`;
}

/** A host in proto3's JSON form, as a value for `JSON.stringify`. */
export function hostToJson(host: Host): object {
  const { now, hangProtection } = host;
  const { hedgeDeadline } = hangProtection ?? {};
  const json = Host.toJSON(host) as { readonly hangProtection?: object };
  // The generated code keeps milliseconds only of a time, and writes a duration as an object.
  return {
    ...json,
    ...(now && { now: Timestamp.toJSON(now) }),
    ...(hedgeDeadline && {
      hangProtection: { ...json.hangProtection, hedgeDeadline: durationToJson(hedgeDeadline) },
    }),
  };
}

/** `1.5s`, with 0, 3, 6 or 9 digits after the point. */
export function durationToJson({ seconds, nanos }: Duration): string {
  const sign = seconds < 0n || nanos < 0 ? '-' : '';
  const whole = seconds < 0n ? -seconds : seconds;
  const fraction = String(Math.abs(nanos))
    .padStart(9, '0')
    .replace(/(000){1,3}$/, '');
  return `${sign}${whole}${fraction === '' ? '' : `.${fraction}`}s`;
}
