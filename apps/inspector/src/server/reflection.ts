import type { Server } from '@grpc/grpc-js';
import type { PackageDefinition } from '@grpc/proto-loader';
import { ReflectionService } from '@grpc/reflection';
import { readFileDescriptors } from '@nephometer/inspector-api';

/**
 * Adds server reflection (v1 and v1alpha) for our service and for health checks.
 *
 * The descriptors go in as buf made them. Those that proto-loader makes of the same files lack imports and the names of map
 * entries, and strict clients (buf curl) then find no service.
 */
export async function addReflection(server: Server): Promise<void> {
  const definition: PackageDefinition = {
    files: {
      format: 'Protocol Buffer 3 EnumDescriptorProto',
      type: {},
      fileDescriptorProtos: await readFileDescriptors(),
    },
  };
  new ReflectionService(definition).addToServer(server);
}
