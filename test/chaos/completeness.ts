import assert from 'node:assert/strict';
import { InstanceStatistics, MissingReason } from '@nephometer/inspector-api';
import type { InspectInstancesResponse } from '@nephometer/inspector-api';

/**
 * What a reading told of each instance: by id, the paths of all statistics that are there, devices by their names, its
 * status, and what is missing why.
 */
export type Shapes = ReadonlyMap<string, readonly string[]>;

/** Reasons that a running guest gives which is well. */
const harmless: ReadonlySet<MissingReason> = new Set([
  MissingReason.UNSUPPORTED,
  MissingReason.BALLOON_OFF,
  MissingReason.BALLOON_PERIOD_ZERO,
]);

/** The shapes of a reading; throws an AssertionError if an instance is not well. */
export function shapesOf({ instances }: InspectInstancesResponse): Shapes {
  return new Map(
    instances.map((statistics) => {
      assert.ok(isWell(statistics), describeMissing(statistics));
      return [statistics.id, shapeOf(statistics)] as const;
    }),
  );
}

/** Whether a running instance lacks nothing that such an instance has. */
export function isWell({ missing, cpu }: InstanceStatistics): boolean {
  return cpu !== undefined && missing.every(({ reason }) => harmless.has(reason));
}

/** Asserts that a reading tells of these instances (default: all) just what the earlier one did. */
export function assertComplete(reading: InspectInstancesResponse, before: Shapes, ids = [...before.keys()]): void {
  const byId = new Map(reading.instances.map((statistics) => [statistics.id, statistics]));
  for (const id of ids) {
    const statistics = byId.get(id);
    assert.ok(statistics !== undefined, `the reading has no instance ${id}`);
    assert.ok(isWell(statistics), describeMissing(statistics));
    assert.deepEqual(shapeOf(statistics), before.get(id), `${statistics.name} tells something else than before`);
  }
}

/** Name, status and missing groups in words, for the message of a failed assertion. */
export function describeMissing(statistics: InstanceStatistics): string {
  const { missing } = json(statistics);
  return [statistics.name, ...missing.map((entry) => JSON.stringify(entry))].join(' ');
}

/** Without what moves in a guest that is well. */
function shapeOf(statistics: InstanceStatistics): string[] {
  const { missing, status, ...values } = json(statistics);
  const absent = missing.map(({ group, reason, fields }) => `${String(group)} ${String(reason)} ${String(fields)}`);
  return [status, ...absent, ...paths('', values)].sort();
}

interface JsonStatistics extends Readonly<Record<string, unknown>> {
  readonly status: string;
  readonly missing: readonly Readonly<Record<string, unknown>>[];
}

/** With enums by their names. */
function json(statistics: InstanceStatistics): JsonStatistics {
  const { status, missing = [], ...rest } = InstanceStatistics.toJSON(statistics) as Partial<JsonStatistics>;
  return { ...rest, status: status ?? '', missing };
}

/** Elements of lists go by what identifies them, so that the order of devices does not matter. */
function* paths(prefix: string, value: unknown): Generator<string> {
  if (Array.isArray(value)) {
    for (const item of value as Readonly<Record<string, string | number | undefined>>[]) {
      const key = item['device'] ?? item['name'] ?? item['number'] ?? item['id'] ?? 0;
      yield* paths(`${prefix}[${key}]`, item);
    }
  } else if (typeof value === 'object' && value !== null) {
    for (const [name, part] of Object.entries(value)) yield* paths(`${prefix}.${name}`, part);
  } else {
    yield prefix;
  }
}
