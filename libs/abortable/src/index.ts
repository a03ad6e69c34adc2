export { sleep } from './sleep.ts';
export { DeadlineError, withDeadline } from './with-deadline.ts';
export { mapLimit } from './map-limit.ts';
export { raceAbort } from './race-abort.ts';
export { tooLate, waitAtMost } from './wait-at-most.ts';
export { ticks } from './ticks.ts';
export type { Clock, Tick, TickOptions } from './ticks.ts';
