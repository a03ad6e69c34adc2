import { credentials, loadPackageDefinition } from '@grpc/grpc-js';
import type { Client, ClientReadableStream, ServiceError } from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import { protoPath } from 'grpc-health-check';

/** A client of the standard health service. */
export interface HealthClient extends Client {
  check(request: { service: string }, callback: (error: ServiceError | null, answer: { status: string }) => void): void;
  watch(request: { service: string }): ClientReadableStream<{ status: string }>;
}

/** A client made from the health package's own proto file; the caller closes it. */
export function healthClient(address: string): HealthClient {
  const definition = loadPackageDefinition(loadSync(protoPath, { enums: String }));
  const { Health } = (
    definition as unknown as { grpc: { health: { v1: { Health: new (...args: unknown[]) => HealthClient } } } }
  ).grpc.health.v1;
  return new Health(address, credentials.createInsecure());
}

/** The name of a service's status; `''` asks for the server as a whole. */
export function checkHealth(client: HealthClient, service: string): Promise<string> {
  return new Promise((resolve, reject) =>
    client.check({ service }, (error, answer) => (error === null ? resolve(answer.status) : reject(error))),
  );
}
