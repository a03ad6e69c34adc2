import { PipelineError } from '../pipeline-error.ts';

const shape = /^(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}:\d{2})(?:[.,](\d+))?(?:Z|([+-])(\d{2}):?(\d{2}))?$/;

// The samples of a reading share their timestamp: the last answer is the next one, mostly.
let last = { timestamp: '', us: 0 };

/**
 * Microseconds since 1970 of a sample's timestamp, exact; digits beyond are cut off. UTC unless it says otherwise.
 *
 * @throws PipelineError `bad_sample` if it is no time
 */
export function timestampUs(timestamp: string): number {
  if (timestamp !== last.timestamp) last = { timestamp, us: parse(timestamp) };
  return last.us;
}

function parse(timestamp: string): number {
  const [, date = '', time = '', fraction = '', sign, hours, minutes] = shape.exec(timestamp) ?? [];
  const ms = Date.parse(`${date}T${time}Z`);
  // A day that a month has not is taken for one of the next.
  if (Number.isNaN(ms) || new Date(ms).toISOString().slice(0, 10) !== date) {
    throw new PipelineError('bad_sample', `"${timestamp}" is no time; expected YYYY-MM-DDTHH:MM:SS.ffffff`);
  }
  const offsetMinutes = Number(hours ?? 0) * 60 + Number(minutes ?? 0);
  const offsetUs = (sign === '-' ? -offsetMinutes : offsetMinutes) * 60_000_000;
  return ms * 1000 + Number(fraction.slice(0, 6).padEnd(6, '0')) - offsetUs;
}
