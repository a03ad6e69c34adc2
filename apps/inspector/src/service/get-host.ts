import { timestampFromMs } from '@nephometer/inspector-api';
import type { GetHostRequest, GetHostResponse } from '@nephometer/inspector-api';
import { requireHypervisor } from './service-context.ts';
import type { ServiceContext } from './service-context.ts';

/** Describes the hypervisor. */
export async function getHost(
  context: ServiceContext,
  _request: GetHostRequest,
  signal: AbortSignal,
): Promise<GetHostResponse> {
  const name = await requireHypervisor(context, signal);
  const { hypervisor, version } = context;
  return {
    host: {
      ...(await hypervisor.getHost(signal)),
      name,
      driver: hypervisor.name,
      uri: hypervisor.uri,
      inspectorVersion: version,
      now: timestampFromMs(context.now()),
    },
  };
}
