/** What goes over the wire between Ceilometer's agents, for tests. */

/** What of a sample a test is about; the rest is the same everywhere. */
export interface SampleFields {
  readonly meter: string;
  /** As it is written: `512.0` is a float. */
  readonly volume: string;
}

/** A metering message as JSON text, its keys in Ceilometer's order. */
export function sampleText({ meter, volume }: SampleFields): string {
  return (
    `{"source": "openstack", "counter_name": ${JSON.stringify(meter)}, "counter_type": "gauge", "counter_unit": "MB", ` +
    `"counter_volume": ${volume}, "user_id": "u", "project_id": "p", "resource_id": "guest-1", ` +
    '"timestamp": "2026-07-21T13:56:12.000001", "resource_metadata": {"display_name": "w\\u00e9b \\u2603", ' +
    '"instance_id": "guest-1", "instance_host": "kvm1", "flavor": {"id": "1", "vcpus": 1}}, "message_id": "m", ' +
    '"monotonic_time": 1420.188492956, "message_signature": "0"}'
  );
}

/** A notification of the priority "sample". */
export function notification(payload: string): string {
  return (
    '{"message_id": "n", "publisher_id": "ceilometer.polling", "event_type": "telemetry.polling", "priority": "SAMPLE", ' +
    `"payload": ${payload}, "timestamp": "2026-07-21 13:56:13.000000", "_unique_id": "q"}`
  );
}

/** The envelope that oslo.messaging puts around it. */
export function envelope(message: string): string {
  return JSON.stringify({ 'oslo.version': '2.0', 'oslo.message': message });
}
