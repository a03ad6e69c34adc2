import type { DatabaseSync, SQLOutputValue } from 'node:sqlite';
import type { MetadataRow, ResourceRow } from '../sql/resource-row.ts';
import type { MeterRow } from '../sql/sample-row.ts';
import { usedUntil } from '../sql/used-until.ts';

/** Numbers of the rows that samples refer to. */
export interface References {
  meter(meter: MeterRow): number;
  /** Notes as well that the resource is in use at a time, in microseconds since 1970. */
  resource(resource: ResourceRow, timeUs: number): number;
  /** What is remembered may not be in the database any more. */
  forget(): void;
}

/** More than there are, mostly; if more come, what is remembered is forgotten. */
const mostRemembered = 500_000;

interface KnownResource {
  readonly id: number;
  readonly usedUntil: number;
}

/** Finds rows or makes them, and remembers their numbers. It must be thrown away with a transaction that is rolled back. */
export function createReferences(database: DatabaseSync): References {
  const meters = new Map<string, number>();
  const resources = new Map<string, KnownResource>();
  const insertMeter = database.prepare(
    `INSERT INTO meter (name, type, unit, is_float) VALUES (?, ?, ?, ?)
     ON CONFLICT (name, type, unit, is_float) DO UPDATE SET name = name RETURNING id`,
  );
  const findMetadata = database.prepare('SELECT id FROM metadata WHERE digest = ?');
  const insertMetadata = database.prepare('INSERT INTO metadata (digest, content) VALUES (?, ?) RETURNING id');
  const insertResource = database.prepare(
    `INSERT INTO resource
       (digest, resource_id, project_id, project_name, user_id, user_name, source, metadata, used_until)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (digest) DO UPDATE SET used_until = max(used_until, excluded.used_until) RETURNING id`,
  );

  function metadataId({ digest, content }: MetadataRow): number {
    const key = Buffer.from(digest, 'hex');
    return idIn(findMetadata.get(key) ?? insertMetadata.get(key, content));
  }

  function resourceId(row: ResourceRow, until: number): number {
    const { resourceId, projectId, projectName, userId, userName, source, metadata } = row;
    const digest = Buffer.from(row.digest, 'hex');
    const content = [resourceId, projectId, projectName, userId, userName, source, metadataId(metadata)];
    return idIn(insertResource.get(digest, ...content, until));
  }

  return {
    meter(meter) {
      const known = meters.get(meter.key);
      if (known !== undefined) return known;
      const id = idIn(insertMeter.get(meter.name, meter.type, meter.unit, Number(meter.isFloat)));
      return remember(meters, meter.key, id);
    },
    resource(row, timeUs) {
      const known = resources.get(row.digest);
      if (known && timeUs < known.usedUntil) return known.id;
      const until = usedUntil(timeUs);
      return remember(resources, row.digest, { id: resourceId(row, until), usedUntil: until }).id;
    },
    forget() {
      meters.clear();
      resources.clear();
    },
  };
}

function remember<Value>(map: Map<string, Value>, key: string, value: Value): Value {
  if (map.size >= mostRemembered) map.clear();
  map.set(key, value);
  return value;
}

function idIn(row: Readonly<Record<string, SQLOutputValue>> | undefined): number {
  return Number(row?.['id']);
}
