/** Requests that hold a thread of libuv's pool until the kernel or the resolver answers. */
const blocking = /^(?:FSReq|FileHandleCloseReq|GetAddrInfo|GetNameInfo)/;

/**
 * Ends the process at once with this exit code, as `process.exit()` does, which never returns while a thread of libuv's pool
 * is inside a call: it waits for the threads, and a file on a dead network file system holds one for ever. In that case, said
 * on stderr, the process is replaced by one that does nothing but exit with the code: the kernel ends threads for that as it
 * does for SIGKILL. Unlike a signal to oneself it keeps the exit code and also works as process 1 of a container.
 */
export function endProcess(exitCode: number): never {
  const stuck = process.getActiveResourcesInfo().filter((name) => blocking.test(name));
  if (stuck.length > 0) {
    process.stderr.write(
      `ended without waiting for calls that have not returned (${stuck.join(', ')}); is a network file system or the name server down?\n`,
    );
    // As the last listener: what others have to write at the exit is written.
    process.once('exit', () => replaceProcess(exitCode));
  }
  process.exit(exitCode);
}

/** Node itself is the one program that is there for certain: images without a shell exist. */
function replaceProcess(exitCode: number): void {
  // A file system that is down may hold this call as well: then the next signal shall end the process.
  process.removeAllListeners('SIGINT').removeAllListeners('SIGTERM');
  process.execve?.(process.execPath, [process.execPath, '-e', `process.exit(${exitCode})`], {
    ...process.env,
    NODE_OPTIONS: '',
  });
}
