import { withDeadline } from '@nephometer/abortable';
import { spreadOf } from '../measure/spread.ts';
import type { Spread } from '../scenario.ts';
import type { Contender } from './contender.ts';
import { cpuTime } from './cpu-time.ts';

/** What a contender took. Microseconds are those of one sample. */
export interface Measured {
  readonly name: string;
  readonly queue?: 'disk' | 'memory';
  readonly samplesPerTurn: number;
  readonly samplesPerSecond: Spread;
  /** CPU of the whole process: threads of the disk queue and of Node, and the kernel on their behalf. */
  readonly cpuUs: Spread;
  /** Of it, what the main thread used. */
  readonly mainCpuUs: Spread;
  /** To the first contender in the same rounds: CPU above 1 is dearer, speed below 1 slower. */
  readonly ofFirst: { readonly cpu: Spread; readonly speed: Spread };
}

/** Who is measured, and how thoroughly. */
export interface MeasureSettings {
  /** The one that the others are compared with first. */
  readonly contenders: readonly Contender[];
  readonly rounds: number;
  readonly samplesPerCycle: number;
  readonly signal: AbortSignal;
}

/** A turn has as many samples as use so much CPU, take so long or are so many, whichever comes first. */
const TURN = { cpuMs: 100, wallMs: 1000, samples: 100_000 } as const;
/** Turns before those that count: code is compiled while it warms up, which is as dear as running it. */
const WARM_UP = { cpuMs: 1000, wallMs: 4000 } as const;
/** Made ready at a time: what is in memory while a part is measured should be no more than it is in service. */
const WAVE_SAMPLES = 20_000;
/** Nothing takes that long but what hangs. */
const TURN_LIMIT_MS = 60_000;

interface Turn {
  readonly wallMs: number;
  readonly cpuUs: number;
  readonly mainCpuUs: number;
}

/** Lets contenders take turns, each time in another order. Rejects with what the first one that fails fails with. */
export async function measureContenders(settings: MeasureSettings): Promise<readonly Measured[]> {
  const { contenders, rounds, samplesPerCycle, signal } = settings;
  const mostCycles = cyclesIn(TURN.samples, samplesPerCycle);
  const waveCycles = cyclesIn(WAVE_SAMPLES, samplesPerCycle);
  const courses: { readonly contender: Contender; readonly cycles: number; readonly turns: Turn[] }[] = [];
  for (const contender of contenders) {
    courses.push({ contender, cycles: await warmUp({ contender, waveCycles }, mostCycles, signal), turns: [] });
  }
  for (let round = 0; round < rounds; round += 1) {
    for (let step = 0; step < courses.length; step += 1) {
      const course = courses[(round + step) % courses.length];
      if (course === undefined) continue;
      const { wallMs, cpuUs, mainCpuUs } = await takeTurn({ ...course, waveCycles }, signal);
      const samples = course.cycles * samplesPerCycle;
      course.turns.push({ wallMs: wallMs / samples, cpuUs: cpuUs / samples, mainCpuUs: mainCpuUs / samples });
    }
  }
  const first = courses[0]?.turns ?? [];
  return courses.map(({ contender: { name, queue }, cycles, turns }) => ({
    name,
    ...(queue && { queue }),
    samplesPerTurn: cycles * samplesPerCycle,
    ...summary(turns, first),
  }));
}

/** Sums up turns, whose numbers are those of one sample, beside those of the first contender in the same rounds. */
export function summary(
  turns: readonly Turn[],
  first: readonly Turn[],
): Pick<Measured, 'samplesPerSecond' | 'cpuUs' | 'mainCpuUs' | 'ofFirst'> {
  const inTheSameRound = (of: (turn: Turn, other: Turn) => number): Spread =>
    spreadOf(turns.map((turn, round) => of(turn, first[round] ?? { wallMs: NaN, cpuUs: NaN, mainCpuUs: NaN })));
  return {
    samplesPerSecond: spreadOf(turns.map(({ wallMs }) => 1000 / wallMs)),
    cpuUs: spreadOf(turns.map(({ cpuUs }) => cpuUs)),
    mainCpuUs: spreadOf(turns.map(({ mainCpuUs }) => mainCpuUs)),
    ofFirst: {
      cpu: inTheSameRound((turn, other) => turn.cpuUs / other.cpuUs),
      speed: inTheSameRound((turn, other) => other.wallMs / turn.wallMs),
    },
  };
}

/** A contender, and how it gets its work. */
interface Course {
  readonly contender: Contender;
  /** Of a turn. */
  readonly cycles: number;
  /** Of a part of it. */
  readonly waveCycles: number;
}

/** Gives how many cycles make a turn, by the last of those that warm up. */
async function warmUp(course: Omit<Course, 'cycles'>, most: number, signal: AbortSignal): Promise<number> {
  let [cycles, cpuMs, wallMs] = [1, 0, 0];
  for (;;) {
    const turn = await takeTurn({ ...course, cycles }, signal);
    cpuMs += turn.cpuUs / 1000;
    wallMs += turn.wallMs;
    const share = Math.min(TURN.cpuMs / (turn.cpuUs / 1000), TURN.wallMs / turn.wallMs);
    // Not too many at once: the first ones are slow.
    cycles = Math.max(1, Math.min(most, Math.floor(cycles * Math.min(share, 8))));
    if (cpuMs >= WARM_UP.cpuMs || wallMs >= WARM_UP.wallMs) return cycles;
  }
}

async function takeTurn({ contender, cycles, waveCycles }: Course, signal: AbortSignal): Promise<Turn> {
  const turn = { wallMs: 0, cpuUs: 0, mainCpuUs: 0 };
  for (let left = cycles; left > 0; left -= waveCycles) {
    const work = contender.prepare(Math.min(left, waveCycles));
    await withDeadline(signal, TURN_LIMIT_MS, async (deadline) => {
      const before = cpuTime();
      const began = performance.now();
      await work(deadline);
      turn.wallMs += performance.now() - began;
      const after = cpuTime();
      turn.cpuUs += after.allUs - before.allUs;
      turn.mainCpuUs += after.mainUs - before.mainUs;
    });
  }
  return turn;
}

function cyclesIn(samples: number, samplesPerCycle: number): number {
  return Math.max(1, Math.floor(samples / samplesPerCycle));
}
