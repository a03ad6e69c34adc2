/** What libvirt's daemons have without a setting (`max_workers`). */
const defaultMaxWorkers = 20;
/** The rest of the threads is for everybody else: virsh, the cloud's own agent, migrations. */
const ourShare = 0.6;
/** No more connections than this are opened, however many threads the daemon has. */
const most = 24;

/**
 * How many calls may wait for hung guests at a time. Each takes one of the daemon's threads until its guest answers or ends.
 *
 * @param maxWorkers threads that the daemon may have; `undefined` if it does not tell
 */
export function stuckCallBudget(maxWorkers: number | undefined): number {
  return Math.min(most, Math.max(1, Math.floor((maxWorkers ?? defaultMaxWorkers) * ourShare)));
}
