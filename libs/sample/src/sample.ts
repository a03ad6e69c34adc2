import type { Meter, MeterType } from './meter.ts';
import type { Metadata, Resource } from './resource.ts';

/**
 * One value of a meter for a resource at a time.
 *
 * A sample is never changed: who wants another one makes another one. Samples of one resource share their metadata
 * object, so that an encoder may keep what it made of it (a `WeakMap` by `resourceMetadata`).
 */
export interface Sample {
  readonly name: string;
  readonly type: MeterType;
  readonly unit: string;
  /** In `unit`. Counters above 2^53 have lost their last digits here, as in every store of float64. */
  readonly volume: number;
  /**
   * Whether the volume is a `float` in Ceilometer, a quotient for example. It then writes and signs a whole one as `512.0`, and
   * so do those who write its formats: a number alone does not tell.
   */
  readonly isFloat: boolean;
  readonly userId: string | null;
  readonly userName: string | null;
  readonly projectId: string | null;
  readonly projectName: string | null;
  /** Id of the thing measured: the instance, or one of its devices (`<instance id>-vda`). */
  readonly resourceId: string;
  /** When the host was read, see {@link formatTimestamp}. */
  readonly timestamp: string;
  readonly resourceMetadata: Metadata;
  /** Where the sample comes from, by configuration; `openstack` by default. */
  readonly source: string;
  /** Unique id: a UUID of version 1. */
  readonly id: string;
  /** Seconds of the reader's monotonic clock when the host was read; for differences only. */
  readonly monotonicTime: number | null;
}

/** What all samples of one reading of one host share. */
export interface Stamp {
  readonly timestamp: string;
  readonly monotonicTime: number | null;
  readonly source: string;
  /** A new id for each sample. */
  readonly nextId: () => string;
}

/** What makes a sample out of a meter, see {@link createSample}. */
export interface SampleInput {
  readonly meter: Meter;
  readonly volume: number;
  readonly resource: Resource;
  /** Id of the device, where not the resource itself was measured. */
  readonly resourceId?: string;
  /** Metadata of the device, where it says more than that of the resource. */
  readonly metadata?: Metadata;
  readonly stamp: Stamp;
}

/** A sample with every field set, always in the same order: the order in which publishers write them. */
export function createSample({ meter, volume, resource, resourceId, metadata, stamp }: SampleInput): Sample {
  return {
    name: meter.name,
    type: meter.type,
    unit: meter.unit,
    volume,
    isFloat: meter.isFloat ?? false,
    userId: resource.userId,
    userName: null,
    projectId: resource.projectId,
    projectName: null,
    resourceId: resourceId ?? resource.id,
    timestamp: stamp.timestamp,
    resourceMetadata: metadata ?? resource.metadata,
    source: stamp.source,
    id: stamp.nextId(),
    monotonicTime: stamp.monotonicTime,
  };
}
