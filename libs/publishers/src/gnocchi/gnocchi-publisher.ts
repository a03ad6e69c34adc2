import type { Publisher, PublisherFactory, PublisherSettings } from '@nephometer/plugin';
import { createHttpTarget } from '../http/http-target.ts';
import { PublisherError } from '../publisher-error.ts';
import { createArchivePolicies } from './archive-policies.ts';
import { createBatch } from './batch.ts';
import type { Definitions } from './definitions/definitions.ts';
import { createBasicApi } from './gnocchi-api.ts';
import type { GnocchiApi } from './gnocchi-api.ts';
import { parseGnocchiOptions } from './gnocchi-options.ts';
import type { GnocchiOptions } from './gnocchi-options.ts';
import { createKeystoneApi } from './keystone-api.ts';
import { loadDefinitions } from './load-definitions.ts';
import { storeMeasures } from './measures.ts';
import { createProjectFilter, noFilter } from './project-filter.ts';
import type { ProjectFilter } from './project-filter.ts';
import { createRefusals } from '../refusals.ts';
import { createResourceTypes } from './resource-types.ts';
import { createResources } from './resources.ts';

interface GnocchiParts {
  readonly api: GnocchiApi;
  readonly definitions: Definitions;
  readonly filter: ProjectFilter;
  readonly createsTypes: boolean;
}

/**
 * Stores samples as measures of metrics of resources. Resolves when Gnocchi has them in its incoming storage. Sent again they
 * change nothing: a metric has one measure at a time.
 */
function createGnocchiPublisher({ api, definitions, filter, createsTypes }: GnocchiParts): Publisher {
  const policies = createArchivePolicies(api, definitions.archivePolicies);
  const resources = createResources(api, createResourceTypes(api, { createsTypes }));
  let isClosed = false;
  return {
    async publish(samples, signal) {
      signal.throwIfAborted();
      if (isClosed) throw new PublisherError('closed', 'the publisher to Gnocchi is closed');
      const refusals = createRefusals();
      await filter.prepare(signal);
      const batch = createBatch(samples, { definitions, isLeftOut: filter.isLeftOut }, refusals);
      if (batch.length === 0) return refusals.list();
      const wanted = batch.flatMap(({ metrics }) => [...metrics.values()].map(({ archivePolicy }) => archivePolicy));
      await policies.ensure(new Set(wanted), signal);
      const { stored, setupError } = await storeMeasures(batch, { api, policies, resources, refusals }, signal);
      // Nothing at all was let in, and somebody can mend that: samples had better wait for it.
      if (stored.size === 0 && setupError) throw setupError;
      await resources.update([...stored], refusals, signal);
      return refusals.list();
    },
    async close() {
      isClosed = true;
      await api.close();
    },
  };
}

/** `gnocchi://?options` by Keystone's catalog, `gnocchi://user:password@host:port/?options` with basic authentication. */
export const gnocchiPublisherFactory: PublisherFactory = {
  scheme: 'gnocchi',
  // A request that makes new metrics takes some ten milliseconds for each of them, and must end within the timeout.
  delivery: { batchSize: 200 },
  validate(url) {
    const parsed = parseGnocchiOptions(url);
    return parsed.ok ? [] : parsed.problems;
  },
  create(url, settings) {
    const parsed = parseGnocchiOptions(url);
    if (!parsed.ok) throw new PublisherError('bad_url', `the URL of Gnocchi is wrong: ${parsed.problems.join('; ')}`);
    const { options } = parsed;
    const api = openApi(options, settings);
    const filter = openFilter(options, settings);
    const loaded = loadDefinitions(options, settings);
    if (!api || !filter || !loaded.ok) {
      const problems = [
        ...(api ? [] : [noKeystone]),
        ...(filter ? [] : [noProjects]),
        ...(loaded.ok ? [] : loaded.problems),
      ];
      throw new PublisherError(api && filter ? 'bad_file' : 'bad_url', problems.join('; '));
    }
    return createGnocchiPublisher({ api, definitions: loaded.definitions, filter, createsTypes: options.createsTypes });
  },
};

const noKeystone =
  'gnocchi:// asks Keystone where Gnocchi is; add a section "openstack" to the configuration, or give user and host: ' +
  'gnocchi://user:password@host:8041';
const noProjects = 'filter_project asks Keystone which project that is; add a section "openstack" to the configuration';

/** `undefined` if it needs a cloud that there is not. */
function openApi({ where }: GnocchiOptions, { cloud, baseDirectory }: PublisherSettings): GnocchiApi | undefined {
  if (where.kind === 'keystone') return cloud && createKeystoneApi(cloud, where.timeoutMs);
  const target = createHttpTarget({ ...where.target, ...(baseDirectory !== undefined && { baseDirectory }) });
  return createBasicApi(target, where.path, [where.target.auth?.password ?? '']);
}

/** `undefined` if it needs a cloud that there is not. */
function openFilter({ filter }: GnocchiOptions, settings: PublisherSettings): ProjectFilter | undefined {
  const { cloud } = settings;
  return filter ? cloud && createProjectFilter(cloud, filter, (message) => settings.warn(message)) : noFilter;
}
