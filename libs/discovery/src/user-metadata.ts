import type { Metadata, MetadataValue } from '@nephometer/sample';

/** Which of what users write about their servers goes into samples: Ceilometer's options `reserved_metadata_*`. */
export interface ReservedMetadata {
  /** Beginnings of keys. Default `metering.`. */
  readonly namespaces: readonly string[];
  /** Whole keys. Default none. */
  readonly keys: readonly string[];
  /** Texts are cut to so many characters. Default 256. */
  readonly length: number;
}

/** Ceilometer's defaults. */
export const defaultReservedMetadata: ReservedMetadata = { namespaces: ['metering.'], keys: [], length: 256 };

/**
 * `user_metadata` of a server, `undefined` if nothing goes into it. A key loses its namespace, and its dots become
 * underscores; one that the server's own metadata already has is dropped. Of two that become the same the later one stays.
 *
 * @param written what the users wrote
 * @param metadata what else is in the sample's metadata
 */
export function userMetadata(
  written: Metadata,
  metadata: Metadata,
  { namespaces, keys, length }: ReservedMetadata,
): Metadata | undefined {
  const named = namespaces.flatMap((namespace) =>
    Object.keys(written)
      .filter((key) => key.startsWith(namespace))
      .map((key) => [key.slice(namespace.length), written[key]] as const),
  );
  const whole = keys.filter((key) => Object.hasOwn(written, key)).map((key) => [key, written[key]] as const);
  const chosen = [...named, ...whole]
    .map(([key, value]) => [key.replaceAll('.', '_'), cut(value ?? null, length)] as const)
    .filter(([key]) => !Object.hasOwn(metadata, key));
  return chosen.length > 0 ? Object.fromEntries(chosen) : undefined;
}

/** Python counts code points, JavaScript halves of some. */
function cut(value: MetadataValue, length: number): MetadataValue {
  return typeof value === 'string' && value.length > length ? Array.from(value).slice(0, length).join('') : value;
}
