import { readdir, readFile, readlink } from 'node:fs/promises';

/** Resident memory of a process in MiB, from /proc. */
export async function residentMib(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  const kib = /^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1];
  if (kib === undefined) throw new Error(`/proc/${pid}/status has no VmRSS`);
  return Number(kib) / 1024;
}

/** How many sockets a process has open, from /proc. */
export async function openSockets(pid: number): Promise<number> {
  const directory = `/proc/${pid}/fd`;
  const targets = await Promise.all(
    // One that is closed meanwhile is no open one.
    (await readdir(directory)).map((fd) => readlink(`${directory}/${fd}`).catch(() => '')),
  );
  return targets.filter((target) => target.startsWith('socket:')).length;
}
