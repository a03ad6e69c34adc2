import { Timestamp } from '@nephometer/inspector-api';
import { durationToJson, hostToJson } from '../inspector/api-json.ts';
import { valueOf } from './answers.ts';
import type { Examination } from './examination.ts';
import { countRead } from './guest-facts.ts';

/**
 * An examination as one JSON document: `target`, `version` of this command, `host` as the API has it, `clock`, `reading`,
 * and `findings`, the worst first. What the inspector did not tell is left out. Names and codes are stable.
 */
export function reportJson({ target, ownVersion, answers, findings }: Examination): string {
  const host = valueOf(answers.host);
  const reading = valueOf(answers.reading);
  const { clock } = answers;
  const document = {
    target,
    version: ownVersion,
    ...(host && { host: hostToJson(host) }),
    ...(clock && { clock: { offsetMs: clock.offsetMs, roundTripMs: clock.roundTripMs } }),
    ...(reading && {
      reading: {
        ...(reading.readAt && { readAt: Timestamp.toJSON(reading.readAt) }),
        ...(reading.readDuration && { readDuration: durationToJson(reading.readDuration) }),
        instances: countRead(reading).total,
        readWhole: countRead(reading).whole,
      },
    }),
    findings,
  };
  return `${JSON.stringify(document, undefined, 2)}\n`;
}
