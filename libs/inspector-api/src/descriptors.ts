import { readFile } from 'node:fs/promises';
import { BinaryReader } from '@bufbuild/protobuf/wire';

/** Full name of the service, as health checks and reflection call it. */
export const inspectorServiceName = 'nephometer.inspector.v1.InspectorService';

const descriptorSets = ['./gen/descriptors.binpb', './gen/health.binpb'];

/**
 * The FileDescriptorProtos, encoded as buf made them, of everything that an inspector serves: the API, what it imports, and
 * gRPC's health check. What server reflection needs.
 */
export async function readFileDescriptors(): Promise<Buffer[]> {
  const sets = await Promise.all(descriptorSets.map((set) => readFile(new URL(set, import.meta.url))));
  return sets.flatMap(splitDescriptorSet);
}

/** A FileDescriptorSet is one repeated field with the number 1. */
function splitDescriptorSet(set: Buffer): Buffer[] {
  const files: Buffer[] = [];
  const reader = new BinaryReader(set);
  while (reader.pos < reader.len) {
    const [field, type] = reader.tag();
    if (field === 1) files.push(Buffer.from(reader.bytes()));
    else reader.skip(type);
  }
  return files;
}
