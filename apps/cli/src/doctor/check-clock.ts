import { formatNanoseconds } from '../text/units.ts';
import type { ClockComparison } from './answers.ts';
import { createFinding } from './finding.ts';
import type { Finding } from './finding.ts';

/** An offset up to this is nobody's trouble, in milliseconds. */
const CLOCK_TOLERANCE_MS = 1000;

/** Whether the inspector's clock, which stamps the samples, agrees with ours. */
export function checkClock(clock: ClockComparison): Finding[] {
  if (Math.abs(clock.offsetMs) <= CLOCK_TOLERANCE_MS + clock.roundTripMs) return [];
  return [
    createFinding('warning', 'clock-offset', `the host's clock is ${describeClock(clock)}`, {
      explanation: [
        'Samples carry the time of the host: they appear earlier or later than they are, next to those of other hosts.',
        'Which of the two clocks is wrong, the same command tells on both machines.',
      ],
      checks: ['chronyc tracking', 'timedatectl'],
      commands: ['chronyc makestep  # with chrony; otherwise: timedatectl set-ntp true'],
    }),
  ];
}

/** `2.30 s ahead of this machine's, give or take 4.00 ms`. */
export function describeClock({ offsetMs, roundTripMs }: ClockComparison): string {
  const way = offsetMs < 0 ? 'behind' : 'ahead of';
  return `${ms(Math.abs(offsetMs))} ${way} this machine's, give or take ${ms(roundTripMs)}`;
}

function ms(value: number): string {
  return formatNanoseconds(value * 1e6);
}
