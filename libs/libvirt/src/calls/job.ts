import type { Domain } from '../wire/domain.ts';
import { readTypedParams } from '../wire/typed-params.ts';
import type { TypedParam } from '../wire/typed-params.ts';
import type { XdrReader } from '../xdr/reader.ts';
import type { Call, CallOptions } from './call.ts';
import { about } from './domain.ts';

/** How far a job on a domain (a migration, a save) has come. */
export interface JobInfo {
  /** 0 none, 1 bounded, 2 unbounded, 3 completed, 4 failed, 5 cancelled. */
  readonly type: number;
  readonly timeElapsedMs: bigint;
  readonly timeRemainingMs: bigint;
  readonly dataTotalBytes: bigint;
  readonly dataProcessedBytes: bigint;
  readonly dataRemainingBytes: bigint;
  readonly memoryTotalBytes: bigint;
  readonly memoryProcessedBytes: bigint;
  readonly memoryRemainingBytes: bigint;
  readonly fileTotalBytes: bigint;
  readonly fileProcessedBytes: bigint;
  readonly fileRemainingBytes: bigint;
}

/** The same at length; `type` as in {@link JobInfo}, the figures under libvirt's names. */
export interface JobStats {
  readonly type: number;
  readonly params: readonly TypedParam[];
}

/** Both wait for another call's work on the domain. */
export interface JobCalls {
  getJobInfo(domain: Domain, options?: CallOptions): Promise<JobInfo>;
  /** `flags`: 1 the last completed job (and forgets it), 2 keeps it. Default 0, the running job. */
  getJobStats(domain: Domain, query?: { readonly flags?: number }, options?: CallOptions): Promise<JobStats>;
}

const maxJobStats = 64;

export function jobCalls(call: Call): JobCalls {
  return {
    getJobInfo: (domain, options) =>
      call({ procedure: 'DOMAIN_GET_JOB_INFO', ...about(domain), read: readJobInfo }, options),
    getJobStats: (domain, { flags = 0 } = {}, options) =>
      call(
        {
          procedure: 'DOMAIN_GET_JOB_STATS',
          ...about(domain, (writer) => writer.uint32(flags)),
          read: (reader) => ({ type: reader.int32(), params: readTypedParams(reader, maxJobStats) }),
        },
        options,
      ),
  };
}

function readJobInfo(reader: XdrReader): JobInfo {
  return {
    type: reader.int32(),
    timeElapsedMs: reader.uint64(),
    timeRemainingMs: reader.uint64(),
    dataTotalBytes: reader.uint64(),
    dataProcessedBytes: reader.uint64(),
    dataRemainingBytes: reader.uint64(),
    memoryTotalBytes: reader.uint64(),
    memoryProcessedBytes: reader.uint64(),
    memoryRemainingBytes: reader.uint64(),
    fileTotalBytes: reader.uint64(),
    fileProcessedBytes: reader.uint64(),
    fileRemainingBytes: reader.uint64(),
  };
}
