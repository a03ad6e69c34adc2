import type { GetInstanceRequest, GetInstanceResponse } from '@nephometer/inspector-api';
import { InspectorError } from '../inspector-error.ts';
import type { Violation } from '../inspector-error.ts';
import { requireHypervisor } from './service-context.ts';
import type { ServiceContext } from './service-context.ts';
import { checkId, throwIfAny } from './validate.ts';

/** One description. */
export async function getInstance(
  context: ServiceContext,
  request: GetInstanceRequest,
  signal: AbortSignal,
): Promise<GetInstanceResponse> {
  const violations: Violation[] = [];
  checkId(request.id, 'id', violations);
  throwIfAny(violations);
  await requireHypervisor(context, signal);
  const instance = context.inventory.get(request.id.toLowerCase());
  if (instance !== undefined) return { instance };
  const message = `This host has no instance ${request.id}; it may have been removed or migrated`;
  throw new InspectorError('instance-not-found', message, { instanceId: request.id });
}
