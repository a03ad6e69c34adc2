import { readdir, readFile } from 'node:fs/promises';

/**
 * CPU time that a process has used so far in all its present threads, in ms. From the scheduler (proc(5), schedstat), in
 * nanoseconds: the clock ticks of `stat` are as long as what is measured here.
 */
export async function processCpuMs(pid: number): Promise<number> {
  const threads = await readdir(`/proc/${pid}/task`);
  const times = await Promise.all(
    threads.map(async (thread) => {
      // A thread may end between the two reads.
      const text = await readFile(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').catch(() => '0');
      return Number(text.split(' ')[0]) / 1e6;
    }),
  );
  return times.reduce((sum, ms) => sum + ms, 0);
}
