import type { Instance, InstanceStatistics, StatisticsGroup } from '@nephometer/inspector-api';
import type { Resource, Sample, Stamp } from '@nephometer/sample';

/** An instance on a host, as discovery found it. */
export interface InstanceResource extends Resource {
  /** Name of the host it was found on. */
  readonly host: string;
  /** Its description by the host's inspector. */
  readonly instance: Instance;
}

/** One reading of one instance. */
export interface InstanceReading {
  readonly statistics: InstanceStatistics;
  /** Milliseconds since 1970 at which the host was read. */
  readonly readAtMs: number;
  /** What the samples made of this reading share. */
  readonly stamp: Stamp;
}

/**
 * A pollster turns one reading of one instance into samples of one meter.
 *
 * It is pure: the same arguments give the same samples; no clock, no I/O, no state. It is called once per cycle and
 * instance for each source that names its meter, for running instances only unless it says otherwise, and must return
 * quickly. A value that was not read gives no sample, never a zero. If it throws, the error is counted and logged, the
 * samples it had given stay, and the other pollsters go on; it is called again in the next cycle, unless the error is a
 * {@link PermanentPollsterError}.
 */
export interface Pollster {
  /** Name of the meter it gives: what `meters` in polling.yaml matches. Unique in the registry. */
  readonly name: string;
  /** Discovery to use where the source names none, for example `local_instances`. */
  readonly discovery: string;
  /** Whether patterns in polling.yaml pass over it, so that only a source that names the meter in full polls it. Default false. */
  readonly byNameOnly?: boolean;
  /**
   * Whether it makes from two readings what transformers in a pipeline may make from samples. Where there are transformers,
   * patterns pass over it too, lest there be two of each. Default false.
   */
  readonly isDerived?: boolean;
  /** Statistics it reads. Joined over a task into one call per host. */
  readonly needs: readonly StatisticsGroup[];
  /**
   * @param previous the last reading of the same instance by the same task, however old; absent on the first one and after
   *   the instance was gone from the host
   */
  samples(resource: InstanceResource, reading: InstanceReading, previous?: InstanceReading): Iterable<Sample>;
}
