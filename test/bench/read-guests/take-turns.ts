import { processCpuMs } from '../measure/process-cpu.ts';
import { spreadOf } from '../measure/spread.ts';
import type { ContenderResult, Ratio } from './reading-result.ts';

/** What one turn of a contender took. */
export interface Turn {
  readonly wallMs: number;
  readonly cpuMs: number;
  readonly guestsSeen: number;
}

/** One of those who do the same work. */
export interface Contender {
  readonly name: string;
  readonly how: string;
  /** Does the work once and tells what it took. */
  turn(signal: AbortSignal): Promise<Turn>;
}

/** Who takes turns, how often, and who does the work behind them. */
export interface TurnSettings {
  /** Ours first: ratios are those of the first to each of the others. */
  readonly contenders: readonly Contender[];
  readonly rounds: number;
  readonly libvirtdPid: number;
  readonly signal: AbortSignal;
}

/** Turns before those that count: long-running contenders are to be measured as they run, not as they start. */
const WARM_UP_ROUNDS = 3;

/** Lets contenders take turns, each time in another order, so that nobody always comes after the same one. */
export async function takeTurns(
  settings: TurnSettings,
): Promise<{ readonly ratios: readonly Ratio[]; readonly contenders: readonly ContenderResult[] }> {
  const { contenders, rounds, libvirtdPid, signal } = settings;
  const turns = contenders.map((): (Turn & { readonly libvirtdCpuMs: number })[] => []);
  for (let round = -WARM_UP_ROUNDS; round < rounds; round += 1) {
    for (let step = 0; step < contenders.length; step += 1) {
      const index = (round + WARM_UP_ROUNDS + step) % contenders.length;
      const contender = contenders[index];
      if (contender === undefined) continue;
      signal.throwIfAborted();
      const before = await processCpuMs(libvirtdPid);
      const turn = await contender.turn(signal);
      const libvirtdCpuMs = (await processCpuMs(libvirtdPid)) - before;
      if (round >= 0) turns[index]?.push({ ...turn, libvirtdCpuMs });
    }
  }
  const [ours = [], ...others] = turns;
  return {
    ratios: others.map((theirs, index) => ({
      of: contenders[0]?.name ?? '',
      to: contenders[index + 1]?.name ?? '',
      wall: spreadOf(ours.map(({ wallMs }, round) => wallMs / (theirs[round]?.wallMs ?? NaN))),
    })),
    contenders: contenders.map(({ name, how }, index) => {
      const own = turns[index] ?? [];
      return {
        contender: name,
        how,
        wallMs: spreadOf(own.map(({ wallMs }) => wallMs)),
        cpuMs: spreadOf(own.map(({ cpuMs }) => cpuMs)),
        libvirtdCpuMs: spreadOf(own.map((turn) => turn.libvirtdCpuMs)),
        guestsSeen: own.at(-1)?.guestsSeen ?? 0,
      };
    }),
  };
}
