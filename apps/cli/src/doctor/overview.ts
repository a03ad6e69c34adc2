import { durationToMs } from '@nephometer/inspector-api';
import type { Host, InspectInstancesResponse } from '@nephometer/inspector-api';
import { pad } from '../text/display-width.ts';
import { formatNanoseconds } from '../text/units.ts';
import { valueOf } from './answers.ts';
import { describeClock } from './check-clock.ts';
import { busyWorkers } from './check-daemon.ts';
import type { Examination } from './examination.ts';
import { countRead } from './guest-facts.ts';

/** What was measured, fine or not, a line each; only what the inspector told. */
export function overviewLines({ answers }: Examination): string[] {
  const host = valueOf(answers.host);
  const reading = valueOf(answers.reading);
  const { clock } = answers;
  const rows: readonly (readonly [name: string, value: string | undefined])[] = [
    ['clock', clock && describeClock(clock)],
    ['daemon', host && describeDaemon(host)],
    ['threads', host && describeThreads(host)],
    ['hangs', host && describeHangProtection(host)],
    ['reading', reading && describeReading(reading)],
  ];
  return rows.flatMap(([name, value]) => (value === undefined ? [] : [`${pad(name, 9, 'left')}${value}`]));
}

function describeDaemon({ daemon, socket }: Host): string | undefined {
  const parts = [daemon, socket && `socket ${socket}`].filter(Boolean);
  return parts.length === 0 ? undefined : parts.join(', ');
}

function describeThreads({ daemonLimits }: Host): string | undefined {
  if (daemonLimits === undefined) return undefined;
  const { workersMaximum, callsQueued, clientsCurrent, clientsMaximum } = daemonLimits;
  const queue = `${callsQueued} call${callsQueued === 1 ? '' : 's'} queued`;
  return `${busyWorkers(daemonLimits)} of ${workersMaximum} busy, ${queue}; ${clientsCurrent} of ${clientsMaximum} clients`;
}

function describeHangProtection({ hangProtection }: Host): string | undefined {
  if (hangProtection === undefined) return undefined;
  const { stuckCalls, stuckCallsMaximum, hedgeDeadline } = hangProtection;
  const calls = `${stuckCalls} of ${stuckCallsMaximum} calls wait for guests that hang`;
  if (hedgeDeadline === undefined) return calls;
  return `${calls}; one that has just hung costs a reading ${milliseconds(durationToMs(hedgeDeadline))} at most`;
}

function describeReading(reading: InspectInstancesResponse): string {
  const { total } = countRead(reading);
  const instances = `${total} instance${total === 1 ? '' : 's'}`;
  return reading.readDuration === undefined
    ? instances
    : `${instances} in ${milliseconds(durationToMs(reading.readDuration))}`;
}

function milliseconds(ms: number): string {
  return formatNanoseconds(ms * 1e6);
}
