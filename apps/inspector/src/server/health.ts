import type { Server } from '@grpc/grpc-js';
import { inspectorServiceName } from '@nephometer/inspector-api';
import { HealthImplementation } from 'grpc-health-check';
import type { Availability } from '../availability.ts';

/** The standard health service of this server. */
export interface Health {
  addToServer(server: Server): void;
  /** NOT_SERVING from now on, whatever the hypervisor does. Safe twice. */
  drain(): void;
}

/** Health of the server as a whole ('') and of our service: SERVING while the hypervisor is available. */
export function createHealth(availability: Availability): Health {
  const implementation = new HealthImplementation();
  const set = (serving: boolean): void => {
    for (const name of ['', inspectorServiceName]) implementation.setStatus(name, serving ? 'SERVING' : 'NOT_SERVING');
  };
  set(availability.current.available);
  const unsubscribe = availability.subscribe(({ available }) => set(available));
  return {
    addToServer: (server) => implementation.addToServer(server),
    drain() {
      unsubscribe();
      set(false);
    },
  };
}
