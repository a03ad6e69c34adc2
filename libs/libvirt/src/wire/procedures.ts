import { adminProgram, remoteProgram } from './frame.ts';

/** Numbers of the procedures of program 0x20008086, under their names in libvirt's protocol. The list only ever grows. */
export const procedures = {
  CONNECT_OPEN: 1,
  CONNECT_GET_TYPE: 3,
  CONNECT_GET_VERSION: 4,
  NODE_GET_INFO: 6,
  CONNECT_GET_CAPABILITIES: 7,
  DOMAIN_CREATE: 9,
  DOMAIN_CREATE_XML: 10,
  DOMAIN_DEFINE_XML: 11,
  DOMAIN_DESTROY: 12,
  DOMAIN_GET_XML_DESC: 14,
  DOMAIN_GET_INFO: 16,
  DOMAIN_GET_VCPUS: 20,
  DOMAIN_LOOKUP_BY_ID: 22,
  DOMAIN_LOOKUP_BY_NAME: 23,
  DOMAIN_LOOKUP_BY_UUID: 24,
  DOMAIN_RESUME: 28,
  DOMAIN_SHUTDOWN: 33,
  DOMAIN_SUSPEND: 34,
  DOMAIN_UNDEFINE: 35,
  CONNECT_GET_HOSTNAME: 59,
  DOMAIN_BLOCK_STATS: 64,
  DOMAIN_INTERFACE_STATS: 65,
  AUTH_LIST: 66,
  AUTH_POLKIT: 70,
  STORAGE_POOL_GET_INFO: 87,
  NODE_GET_CELLS_FREE_MEMORY: 101,
  NODE_GET_FREE_MEMORY: 102,
  CONNECT_GET_URI: 110,
  DOMAIN_IS_ACTIVE: 150,
  CONNECT_GET_LIB_VERSION: 157,
  DOMAIN_MEMORY_STATS: 159,
  DOMAIN_GET_JOB_INFO: 163,
  DOMAIN_GET_BLOCK_INFO: 194,
  DOMAIN_GET_STATE: 212,
  NODE_GET_CPU_STATS: 227,
  NODE_GET_MEMORY_STATS: 228,
  DOMAIN_BLOCK_STATS_FLAGS: 243,
  DOMAIN_GET_CPU_STATS: 262,
  DOMAIN_SET_METADATA: 264,
  DOMAIN_GET_METADATA: 265,
  CONNECT_LIST_ALL_DOMAINS: 273,
  CONNECT_LIST_ALL_STORAGE_POOLS: 281,
  DOMAIN_GET_JOB_STATS: 298,
  CONNECT_DOMAIN_EVENT_CALLBACK_REGISTER_ANY: 316,
  CONNECT_DOMAIN_EVENT_CALLBACK_DEREGISTER_ANY: 317,
  NODE_GET_FREE_PAGES: 340,
  CONNECT_GET_ALL_DOMAIN_STATS: 344,
  DOMAIN_INTERFACE_ADDRESSES: 353,
  CONNECT_REGISTER_CLOSE_CALLBACK: 360,
  DOMAIN_GET_PERF_EVENTS: 365,
} as const;

/** A procedure's name in libvirt's protocol. */
export type ProcedureName = keyof typeof procedures;

/**
 * Numbers of the procedures of program 0x06900690, which the admin socket speaks, as in src/admin/admin_protocol.x of
 * libvirt. That file calls the program internal and promises nothing; so far it has only grown.
 */
export const adminProcedures = {
  ADMIN_CONNECT_OPEN: 1,
  ADMIN_CONNECT_LIST_SERVERS: 4,
  ADMIN_CONNECT_LOOKUP_SERVER: 5,
  ADMIN_SERVER_GET_THREADPOOL_PARAMETERS: 6,
  ADMIN_SERVER_GET_CLIENT_LIMITS: 12,
} as const;

/** The name of one of the admin socket's procedures. */
export type AdminProcedureName = keyof typeof adminProcedures;

/** What a connection speaks: the number in its frames and the procedures that go with it. The version is 1 in all. */
export interface Program<Name extends string> {
  readonly number: number;
  readonly procedures: Readonly<Record<Name, number>>;
}

/** What a daemon's socket for everybody speaks. */
export const remote: Program<ProcedureName> = { number: remoteProgram, procedures };

/** What a daemon's admin socket speaks. */
export const admin: Program<AdminProcedureName> = { number: adminProgram, procedures: adminProcedures };
