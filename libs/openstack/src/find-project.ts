import type { Metadata } from '@nephometer/sample';
import type { Cloud } from './cloud.ts';
import { asObjects, asText } from './json.ts';
import { below, withVersion } from './keystone.ts';
import { OpenstackError } from './openstack-error.ts';

/** A project as people name it. */
export interface ProjectName {
  readonly project: string;
  readonly domain: string;
}

/**
 * Id of a project; `undefined` if Keystone shows no such project or domain. Asks at once, outside the budget.
 *
 * @throws OpenstackError; the signal's reason if aborted
 */
export async function findProject(cloud: Cloud, name: ProjectName, signal: AbortSignal): Promise<string | undefined> {
  const domainId = await idOf(cloud, 'domains', { name: name.domain }, signal);
  if (domainId === undefined) return undefined;
  return idOf(cloud, 'projects', { name: name.project, domain_id: domainId }, signal);
}

/** Asks for the list by name: a name is unique in it, and somebody may see a list who may not see what is in it by id. */
async function idOf(
  cloud: Cloud,
  kind: 'domains' | 'projects',
  query: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<string | undefined> {
  const url = (endpoint: URL): URL => {
    const target = below(withVersion(endpoint, 'v3'), kind);
    target.search = new URLSearchParams(query).toString();
    return target;
  };
  const answer = await cloud.get({ kind, service: 'identity', url, isUrgent: true }, signal);
  const found: readonly Metadata[] | undefined = asObjects(answer[kind]);
  if (!found) throw new OpenstackError('bad-answer', `Keystone's answer has no list of ${kind}`);
  return asText(found.find(({ name }) => name === query['name'])?.['id']);
}
