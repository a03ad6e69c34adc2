import { sortLabels, toNamePart } from './metric.ts';
import type { Label, Naming } from './metric.ts';
import { fieldOf, textOf } from './native-naming.ts';

/**
 * Names and labels of the exporter in Ceilometer's own polling agent: `ceilometer_` and the name of the meter, always a
 * gauge, in the unit of the sample, with labels that repeat parts of the name. What is no part of a name becomes `_` there,
 * too, where Ceilometer fails.
 */
export const ceilometerNaming: Naming = {
  metric({ name, unit }) {
    const family = `ceilometer_${toNamePart(name)}`;
    const [plugin = '', type = plugin, detail] = name.split('.');
    // Named after what may be any text: a label must not begin with a digit.
    const pluginLabel = toNamePart(plugin).replace(/^(?=\d|$)/, '_');
    return {
      family: { name: family, seriesName: family, type: 'gauge', unit: '', help: '', meter: name },
      multiplier: 1,
      divisor: 1,
      labels: sortLabels([
        ['publisher', 'ceilometer'],
        ['type', type],
        ['counter', name],
        ['unit', unit],
        [pluginLabel, detail ?? ''],
      ]),
      ...(detail === undefined && { resourceLabel: pluginLabel }),
    };
  },
  labels({ resourceId, userId, userName, projectId, projectName, resourceMetadata: metadata }) {
    const names = [textOf(metadata['display_name']), textOf(metadata['name'])].filter((name) => name !== '');
    const serverGroup = textOf(fieldOf(metadata['user_metadata'], 'server_group')) || 'none';
    return sortLabels([
      ['project', projectId ?? ''],
      ['project_name', projectName ?? ''],
      ['user', userId ?? ''],
      ['user_name', userName ?? ''],
      ['resource', resourceId],
      ['vm_instance', textOf(metadata['host'])],
      ['resource_name', names.join(':')],
      ['server_group', Object.keys(metadata).length > 0 ? serverGroup : ''],
      ['state', textOf(metadata['alarm_state'])],
      ['flavor_id', textOf(fieldOf(metadata['flavor'], 'id'))],
      ['flavor_name', textOf(fieldOf(metadata['flavor'], 'name'))],
    ] satisfies Label[]);
  },
};
