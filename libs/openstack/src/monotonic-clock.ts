import { sleep } from '@nephometer/abortable';
import type { Clock } from '@nephometer/abortable';

/** Milliseconds since 1970 as they were when the process began, and counted from there: setting the clock changes nothing. */
export const monotonicClock: Clock = { now: () => performance.timeOrigin + performance.now(), sleep };
