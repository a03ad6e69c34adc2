/**
 * What `unshare` needs for a mount namespace, which is gone with the process: root may make one as it is, others only as the root of
 * a user namespace, which not every machine allows.
 */
export const mountNamespace: readonly string[] =
  process.getuid?.() === 0 ? ['--mount'] : ['--mount', '--map-root-user'];
