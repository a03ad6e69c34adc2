import type { Call, CallOptions } from './call.ts';

/** What the daemon says about itself and its hypervisor. */
export interface DaemonCalls {
  /** The driver: `QEMU`, `TEST`, `LXC`, `Xen`. */
  getType(options?: CallOptions): Promise<string>;
  /** The hypervisor's version, major * 1,000,000 + minor * 1,000 + micro. */
  getVersion(options?: CallOptions): Promise<bigint>;
  /** libvirt's version, in the same form. */
  getLibVersion(options?: CallOptions): Promise<bigint>;
  /** The host's name as the daemon sees it. */
  getHostname(options?: CallOptions): Promise<string>;
  /** The URI the daemon opened. */
  getUri(options?: CallOptions): Promise<string>;
  /** The XML of what host and hypervisor can do. */
  getCapabilities(options?: CallOptions): Promise<string>;
}

export function daemonCalls(call: Call): DaemonCalls {
  return {
    getType: (options) => call({ procedure: 'CONNECT_GET_TYPE', read: (reader) => reader.string() }, options),
    getVersion: (options) => call({ procedure: 'CONNECT_GET_VERSION', read: (reader) => reader.uint64() }, options),
    getLibVersion: (options) =>
      call({ procedure: 'CONNECT_GET_LIB_VERSION', read: (reader) => reader.uint64() }, options),
    getHostname: (options) => call({ procedure: 'CONNECT_GET_HOSTNAME', read: (reader) => reader.string() }, options),
    getUri: (options) => call({ procedure: 'CONNECT_GET_URI', read: (reader) => reader.string() }, options),
    getCapabilities: (options) =>
      call({ procedure: 'CONNECT_GET_CAPABILITIES', read: (reader) => reader.string() }, options),
  };
}
