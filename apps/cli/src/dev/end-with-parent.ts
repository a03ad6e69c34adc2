import { endProcess } from '@nephometer/service';

/**
 * Loaded into each service before its own code (`node --import`). Its standard input is a pipe that `dev` holds open and
 * never writes to, so the end of it means that `dev` is gone, whatever ended it: the service then stops as on SIGTERM.
 */

/** A service that is not able to stop by itself is ended after this time. */
const GRACE_MS = 15_000;

process.stdin.once('close', () => {
  setTimeout(() => endProcess(1), GRACE_MS).unref();
  process.kill(process.pid, 'SIGTERM');
});
process.stdin.resume();
// Watching must not keep alive a service that has nothing left to do.
process.stdin.unref();
