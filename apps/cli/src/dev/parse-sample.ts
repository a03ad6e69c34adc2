/** What `dev` takes from a sample that the coordinator printed. */
export interface ShownSample {
  readonly meter: string;
  /** `cumulative`, `delta` or `gauge`. */
  readonly type: string;
  readonly unit: string;
  readonly volume: number;
  /** As printed: UTC without a zone. */
  readonly timestamp: string;
  /** The same in milliseconds since 1970, with a fraction. */
  readonly atMs: number;
  readonly resourceId: string;
  readonly instanceId: string;
  /** Display name, else name on the hypervisor, else id. */
  readonly instanceName: string;
  /** Disk or network card that was measured; absent where it was the instance. */
  readonly device?: string;
  /** Virtual CPUs, where the sample's metadata tells it. */
  readonly cpuNumber?: number;
}

/** A sample from a line of `console://?json`, or nothing if the line is none. */
export function parseSample(line: string): ShownSample | undefined {
  const sample = parseObject(line);
  const metadata = objectOf(sample?.resource_metadata);
  const { name, type, unit, volume, timestamp, resource_id: resourceId } = sample ?? {};
  if (typeof name !== 'string' || typeof type !== 'string' || typeof volume !== 'number') return undefined;
  if (typeof timestamp !== 'string' || typeof resourceId !== 'string') return undefined;
  const atMs = parseTimestamp(timestamp);
  if (Number.isNaN(atMs)) return undefined;

  // The metadata of a network card has the card's name where others have that of the instance.
  const isVnic = metadata.vnic_name !== undefined;
  const device = textOf(isVnic ? metadata.name : metadata.disk_name);
  const instanceId = textOf(metadata.instance_id) ?? resourceId;
  const instanceName = textOf(metadata.display_name) ?? (isVnic ? undefined : textOf(metadata.name)) ?? instanceId;
  const cpuNumber = metadata.cpu_number;
  return {
    meter: name,
    type,
    unit: typeof unit === 'string' ? unit : '',
    volume,
    timestamp,
    atMs,
    resourceId,
    instanceId,
    instanceName,
    ...(device !== undefined && { device }),
    ...(typeof cpuNumber === 'number' && { cpuNumber }),
  };
}

function parseObject(line: string): Record<string, unknown> | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    return JSON.parse(line) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}

function objectOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** Ceilometer's timestamps have up to six digits after the point, more than `Date` keeps. */
function parseTimestamp(text: string): number {
  const [seconds = '', fraction = ''] = text.split('.');
  return Date.parse(`${seconds}Z`) + Number(`0.${fraction || '0'}`) * 1000;
}
