import { createPollsterFilter } from '@nephometer/pipeline-config';
import type { PipelineConfig, PollingConfig } from '@nephometer/pipeline-config';
import { pollstersFor } from '@nephometer/pollsters';
import type { Compat } from '@nephometer/sample';
import { formatListenAddress } from '@nephometer/service';
import type { CoordinatorConfig, InspectorConfig } from '@nephometer/service-config';

/** `2 sources, 34 meters, every 30 s and 300 s`. */
export function describePolling({ sources }: PollingConfig): string {
  const intervals = [...new Set(sources.map(({ intervalMs }) => intervalMs))].sort((a, b) => a - b);
  const every = intervals.map((intervalMs) => `${intervalMs / 1000} s`).join(' and ');
  return [
    count(sources.length, 'source'),
    count(polledMeters({ sources }).length, 'meter'),
    ...(every === '' ? [] : [`every ${every}`]),
  ].join(', ');
}

/** `1 source, 2 sinks, publishers gnocchi:// and file:///var/x`. */
export function describePipeline({ sources, sinks }: PipelineConfig): string {
  const urls = new Set(sinks.flatMap(({ publishers }) => publishers.map(({ url }) => withoutSecrets(url))));
  return [
    count(sources.length, 'source'),
    count(sinks.length, 'sink'),
    ...(urls.size === 0 ? [] : [`to ${[...urls].join(' and ')}`]),
  ].join(', ');
}

/** `3 inspectors, state in /var/lib/nephometer`. */
export function describeCoordinator({ inspectors, stateDir }: CoordinatorConfig): string {
  return `${count(inspectors.targets.length, 'inspector')}, state in ${stateDir}`;
}

/** `libvirt at qemu:///system, listens on 127.0.0.1:7750`. */
export function describeInspector({ hypervisor, libvirt, simulated, listen, tls }: InspectorConfig): string {
  const what =
    hypervisor === 'libvirt' ? `libvirt at ${libvirt.uri}` : `${count(simulated.instances, 'simulated instance')}`;
  return `${what}, listens on ${formatListenAddress(listen)}${tls === undefined ? '' : ' with TLS'}`;
}

/** What besides the sources decides which meters are polled; not known of a file alone. */
export interface PollingContext {
  /** Default `head`. */
  readonly compat?: Compat;
  /** Default false. */
  readonly hasTransformers?: boolean;
}

/** Those of our meters that a polling configuration asks for. */
export function polledMeters(
  { sources }: Pick<PollingConfig, 'sources'>,
  { compat = 'head', hasTransformers = false }: PollingContext = {},
): readonly string[] {
  const filters = sources.map(({ meters }) => createPollsterFilter(meters, hasTransformers));
  return pollstersFor(compat)
    .filter((pollster) => filters.some((takes) => takes(pollster)))
    .map(({ name }) => name);
}

/** A URL whose password is not to be seen over somebody's shoulder. */
function withoutSecrets(url: string): string {
  return url.replace(/(:\/\/[^:@/?]*):[^@/?]*@/, '$1:***@');
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
