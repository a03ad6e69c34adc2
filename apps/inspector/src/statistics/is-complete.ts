import { MissingReason } from '@nephometer/inspector-api';
import type { MissingStatistics } from '@nephometer/inspector-api';

/** Whether nothing is missing that such an instance can have: see `InspectionStatus` of the API. */
export function isComplete(missing: readonly Pick<MissingStatistics, 'reason'>[]): boolean {
  return missing.every(({ reason }) => reason === MissingReason.UNSUPPORTED);
}
