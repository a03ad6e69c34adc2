export { startPrivateLibvirtd } from './private-libvirtd.ts';
export type { PrivateLibvirtd, PrivateLibvirtdOptions } from './private-libvirtd.ts';
export type { DaemonExit } from './daemon.ts';
export type { Settings } from './layout.ts';
export { PrivateLibvirtdError } from './error.ts';
export type { PrivateLibvirtdErrorCode } from './error.ts';
