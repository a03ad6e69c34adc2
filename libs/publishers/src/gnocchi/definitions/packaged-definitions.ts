import type { Compat } from '@nephometer/sample';
import { pathAttribute } from './attribute.ts';
import { indexMeters } from './definitions.ts';
import type { ArchivePolicy, DefinedMeter, Definitions, ResourceDefinition } from './definitions.ts';
import { parseJsonPath } from './json-path.ts';
import { defaultArchivePolicy } from './parse-definitions.ts';

/** In which versions of Ceilometer something is defined: `-` separates none, later ones include `head`. */
type Versions = 'all' | '2015' | '19.0.0' | 'head' | 'until 19.0.0' | 'since 19.0.0';

const versions: Readonly<Record<Versions, readonly Compat[]>> = {
  all: ['2015', '19.0.0', 'head'],
  2015: ['2015'],
  '19.0.0': ['19.0.0'],
  head: ['head'],
  'until 19.0.0': ['2015', '19.0.0'],
  'since 19.0.0': ['19.0.0', 'head'],
};

type TypeName = 'instance' | 'instance_disk' | 'instance_network_interface';

/** The meters of guests and what Ceilometer's own file makes of them; `rate`: with the policy that also keeps the rate. */
const meters: readonly (readonly [TypeName, Versions, policy: 'plain' | 'rate', names: string])[] = [
  ['instance', 'all', 'rate', 'cpu'],
  ['instance', 'all', 'plain', 'vcpus memory memory.usage memory.resident disk.root.size disk.ephemeral.size'],
  ['instance', 'all', 'plain', 'disk.latency disk.iops disk.capacity disk.allocation disk.usage'],
  ['instance', '2015', 'plain', 'instance cpu.delta cpu_util'],
  ['instance', '2015', 'plain', 'disk.read.bytes disk.read.requests disk.write.bytes disk.write.requests'],
  ['instance', '2015', 'plain', 'disk.read.bytes.rate disk.read.requests.rate'],
  ['instance', '2015', 'plain', 'disk.write.bytes.rate disk.write.requests.rate'],
  ['instance', 'since 19.0.0', 'plain', 'memory.swap.in memory.swap.out compute.instance.booting.time'],
  ['instance', 'since 19.0.0', 'plain', 'perf.cpu.cycles perf.instructions perf.cache.references perf.cache.misses'],
  ['instance', '19.0.0', 'plain', 'memory.bandwidth.total memory.bandwidth.local cpu_l3_cache'],
  ['instance', 'head', 'plain', 'memory.available power.state'],
  ['instance_disk', 'all', 'rate', 'disk.device.read.bytes disk.device.read.requests'],
  ['instance_disk', 'all', 'rate', 'disk.device.write.bytes disk.device.write.requests'],
  ['instance_disk', 'all', 'plain', 'disk.device.capacity disk.device.allocation disk.device.usage'],
  ['instance_disk', '2015', 'plain', 'disk.device.read.bytes.rate disk.device.read.requests.rate'],
  ['instance_disk', '2015', 'plain', 'disk.device.write.bytes.rate disk.device.write.requests.rate'],
  ['instance_disk', 'until 19.0.0', 'plain', 'disk.device.latency disk.device.iops'],
  ['instance_disk', 'since 19.0.0', 'plain', 'disk.device.read.latency disk.device.write.latency'],
  ['instance_network_interface', 'all', 'rate', 'network.incoming.bytes network.incoming.packets'],
  ['instance_network_interface', 'all', 'rate', 'network.outgoing.bytes network.outgoing.packets'],
  ['instance_network_interface', '2015', 'plain', 'network.incoming.bytes.rate network.incoming.packets.rate'],
  ['instance_network_interface', '2015', 'plain', 'network.outgoing.bytes.rate network.outgoing.packets.rate'],
  [
    'instance_network_interface',
    'since 19.0.0',
    'rate',
    'network.incoming.packets.drop network.incoming.packets.error',
  ],
  [
    'instance_network_interface',
    'since 19.0.0',
    'rate',
    'network.outgoing.packets.drop network.outgoing.packets.error',
  ],
];

/** Where attributes are found, below `resource_metadata`. */
const attributes: readonly (readonly [TypeName, Versions, name: string, path: string])[] = [
  ['instance', '2015', 'host', 'host'],
  ['instance', 'since 19.0.0', 'host', '(instance_host|host)'],
  ['instance', 'all', 'image_ref', 'image_ref'],
  ['instance', 'all', 'display_name', 'display_name'],
  ['instance', '2015', 'flavor_id', '(instance_flavor_id|(flavor.id))'],
  ['instance', 'since 19.0.0', 'flavor_id', '(instance_flavor_id|(flavor.id)|flavor_id)'],
  ['instance', 'since 19.0.0', 'flavor_name', '(instance_type|(flavor.name)|flavor_name)'],
  ['instance', 'all', 'server_group', 'user_metadata.server_group'],
  ['instance', 'since 19.0.0', 'launched_at', 'launched_at'],
  ['instance', 'since 19.0.0', 'created_at', 'created_at'],
  ['instance', 'since 19.0.0', 'deleted_at', 'deleted_at'],
  ['instance_disk', 'all', 'name', 'disk_name'],
  ['instance_disk', 'all', 'instance_id', 'instance_id'],
  ['instance_network_interface', 'all', 'name', 'vnic_name'],
  ['instance_network_interface', 'all', 'instance_id', 'instance_id'],
];

const month = [{ granularity: '5 minutes', timespan: '30 days' }];
const year = [
  { granularity: '1 second', timespan: '1 hour' },
  { granularity: '1 minute', timespan: '1 day' },
  { granularity: '1 hour', timespan: '365 days' },
];

/** Ceilometer's own archive policies. Those of 2015 are what Gnocchi brings along. */
const archivePolicies: readonly ArchivePolicy[] = [
  { name: 'ceilometer-low', aggregation_methods: ['mean'], back_window: 0, definition: month },
  { name: 'ceilometer-low-rate', aggregation_methods: ['mean', 'rate:mean'], back_window: 0, definition: month },
  { name: 'ceilometer-high', aggregation_methods: ['mean'], back_window: 0, definition: year },
  { name: 'ceilometer-high-rate', aggregation_methods: ['mean', 'rate:mean'], back_window: 0, definition: year },
];

/**
 * What Ceilometer's own `gnocchi_resources.yaml` of a version makes of the meters of guests.
 *
 * @param archivePolicy in place of every other one
 */
export function packagedDefinitions(compat: Compat, archivePolicy?: string): Definitions {
  const types = new Map<TypeName, ResourceDefinition>();
  const defined = meters
    .filter(([, where]) => versions[where].includes(compat))
    .flatMap(([type, , kind, names]): DefinedMeter[] => {
      const resource = types.get(type) ?? resourceDefinition(type, compat);
      types.set(type, resource);
      const policy = archivePolicy ?? policyOf(kind, compat);
      return names.split(' ').map((name) => ({ name, isPattern: false, metric: { resource, archivePolicy: policy } }));
    });
  return {
    archivePolicies: compat === '2015' ? [] : archivePolicies,
    metricOf: indexMeters(defined, () => false, { whichCounts: 'last' }),
  };
}

/** In 2015 Gnocchi kept no rates. */
function policyOf(kind: 'plain' | 'rate', compat: Compat): string {
  return kind === 'plain' || compat === '2015' ? defaultArchivePolicy(compat) : 'ceilometer-low-rate';
}

function resourceDefinition(type: TypeName, compat: Compat): ResourceDefinition {
  const own = attributes.filter(([of, where]) => of === type && versions[where].includes(compat));
  return {
    type,
    isOfMetadata: true,
    attributes: own.map(([, , name, text]) => {
      const parsed = parseJsonPath(`resource_metadata.${text}`);
      if (!parsed.ok) throw new Error(`the packaged path of ${type}.${name} is wrong: ${parsed.problem}`);
      return pathAttribute(name, [parsed.path]);
    }),
  };
}
