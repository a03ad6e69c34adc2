/** Which of the two took a sample. */
export type Side = 'ours' | 'theirs';

/** What a sample says besides when and how much. Shared by the samples that say the same. */
export interface Facts {
  readonly type: string;
  readonly unit: string | null;
  readonly userId: string | null;
  readonly projectId: string | null;
  /** Absent where the line has no such key: older versions do not write it. */
  readonly userName?: string | null;
  readonly projectName?: string | null;
  readonly source: string;
  readonly metadata: Readonly<Record<string, unknown>>;
  /** Whether somebody sorted the keys on the way, so that their order says nothing. */
  readonly isSorted: boolean;
}

/** One sample as it stands in a line of JSON. */
export interface Observation {
  readonly meter: string;
  readonly resourceId: string;
  /** Its timestamp, in ms since 1970 with a fraction. */
  readonly atMs: number;
  readonly volume: number;
  /** Whether the number is written as a float, `512.0`: signatures depend on it. */
  readonly isFloat: boolean;
  readonly facts: Facts;
}

/** Id of the guest that was measured; absent in what is no sample of a guest. */
export function instanceIdOf({ metadata }: Facts): string | undefined {
  const { instance_id: id } = metadata;
  return typeof id === 'string' ? id : undefined;
}

/** Name of the host that the guest is on; empty where the metadata does not say it. */
export function hostOf({ metadata }: Facts): string {
  const { instance_host: host } = metadata;
  return typeof host === 'string' ? host : '';
}
