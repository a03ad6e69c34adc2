/** A value of `resource_metadata`: what JSON can say. */
export type MetadataValue =
  string | number | boolean | null | readonly MetadataValue[] | { readonly [key: string]: MetadataValue };

/** The `resource_metadata` of a sample. Key order is part of it: publishers write the keys as they stand. */
export type Metadata = Readonly<Record<string, MetadataValue>>;

/** The thing measured and who it belongs to. Never changed once made: a change makes a new one. */
export interface Resource {
  /** Stable id; for an instance its UUID. */
  readonly id: string;
  /** Who uses it; `null` outside OpenStack. */
  readonly userId: string | null;
  /** Who owns it; `null` outside OpenStack. */
  readonly projectId: string | null;
  /** What all samples of the resource say about it. */
  readonly metadata: Metadata;
}
