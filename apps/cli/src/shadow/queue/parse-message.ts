import type { Arrival } from '../feed.ts';
import { isMapping, parseJson } from '../parse-json.ts';
import type { ParsedJson } from '../parse-json.ts';
import { observationOf } from '../parse-observation.ts';

/**
 * The samples of a notification of oslo.messaging, as the polling agent (payload `{"samples": [...]}`) and the publisher
 * `notifier://` (payload a list) send it: as JSON text in the envelope `{"oslo.version", "oslo.message"}`, or without one.
 * A message that has none is one arrival, which says so. Never throws.
 */
export function parseMessage(text: string): Arrival[] {
  const notification = parseNotification(text);
  if (notification === undefined) return [{ parsed: { problem: 'not JSON' }, text }];
  const payload = isMapping(notification.value) ? notification.value.payload : undefined;
  const samples: unknown = isMapping(payload) ? payload.samples : payload;
  if (!Array.isArray(samples)) return [{ parsed: { problem: 'JSON, but no sample' }, text }];
  return samples.map((sample: unknown) => ({ parsed: observationOf(sample, notification), text }));
}

function parseNotification(text: string): ParsedJson | undefined {
  try {
    const outer = parseJson(text);
    const inner = isMapping(outer.value) ? outer.value['oslo.message'] : undefined;
    return typeof inner === 'string' ? parseJson(inner) : outer;
  } catch {
    return undefined;
  }
}
