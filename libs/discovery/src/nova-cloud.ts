import { Instance } from '@nephometer/inspector-api';
import { createCloud } from '@nephometer/openstack';
import type { Cloud } from '@nephometer/openstack';
import { cloudServer, createHandClock, startRecordedCloud } from '@nephometer/openstack/testing';
import type { HandClock, RecordedCloud } from '@nephometer/openstack/testing';
import type { Discovery } from '@nephometer/plugin';
import type { Metadata } from '@nephometer/sample';
import type { DiscoveryOptions } from './discovery-options.ts';
import { createLocalInstances } from './local-instances.ts';
import type { OpenstackConfig } from '@nephometer/service-config';

/** A cloud for tests, and a discovery that asks its Nova by a clock that stands still. */
export interface NovaCloud extends AsyncDisposable {
  readonly server: RecordedCloud;
  readonly cloud: Cloud;
  readonly clock: HandClock;
  readonly discovery: Discovery;
  /** What the host is found to have now, by name. */
  found(host?: string): readonly string[];
  refresh(host?: string): Promise<boolean>;
  /** The queries of all lists of servers. */
  lists(): readonly URLSearchParams[];
}

/** What the hypervisor of every host has. */
export const guests = ['a', 'b', 'c'].map((id) => Instance.fromPartial({ id, name: `guest-${id}` }));

/** Starts one, without servers. */
export async function startNovaCloud(
  openstack: Partial<OpenstackConfig> = {},
  options: Partial<DiscoveryOptions> = {},
): Promise<NovaCloud> {
  const server = await startRecordedCloud();
  const clock = createHandClock();
  server.now = () => clock.now();
  const cloud = createCloud({ ...server.config, ...openstack }, { clock, random: () => 0 });
  const discovery = createLocalInstances({ unmanaged: false, instanceDiscoveryMethod: 'naive', cloud, ...options });
  return {
    server,
    cloud,
    clock,
    discovery,
    found: (host = 'compute-1') =>
      discovery
        .discover({ host, instances: guests }, null)
        .resources.map(({ metadata }) => metadata['display_name'] as string),
    refresh: async (host = 'compute-1') => (await discovery.refresh?.(host, new AbortController().signal)) ?? false,
    lists: () =>
      server.requests
        .filter((line) => line.includes('/servers/detail'))
        .map((line) => new URL(line.slice(4), 'http://localhost').searchParams),
    async [Symbol.asyncDispose]() {
      await discovery.close?.();
      await cloud.close();
      await server[Symbol.asyncDispose]();
    },
  };
}

/** Puts a server on a host, changed at this moment. */
export function putServer(
  { server, clock }: NovaCloud,
  id: string,
  different: Metadata = {},
  host = 'compute-1',
): void {
  server.servers.set(id, cloudServer(id, { name: `name-${id}`, ...different }, host, clock.nowMs));
}
