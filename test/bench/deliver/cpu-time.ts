/** CPU time in microseconds, of this process with all its threads and of its main thread. */
export interface CpuTime {
  readonly allUs: number;
  readonly mainUs: number;
}

const nobody = new Int32Array(new SharedArrayBuffer(4));

/** What was used so far. */
export function cpuTime(): CpuTime {
  // The kernel counts the time of a running thread at its ticks, which are milliseconds apart, and when it goes to sleep.
  Atomics.wait(nobody, 0, 0, 0.02);
  return { allUs: sum(process.cpuUsage()), mainUs: sum(process.threadCpuUsage()) };
}

function sum({ user, system }: NodeJS.CpuUsage): number {
  return user + system;
}
