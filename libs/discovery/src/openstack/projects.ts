import { OpenstackError, asObjects, asText, below, withVersion } from '@nephometer/openstack';
import type { Cloud, RequestKind } from '@nephometer/openstack';
import type { Resource } from '@nephometer/sample';

/**
 * The projects of all domains, domain by domain, in Keystone's order; disabled ones only if the settings want them. Each is
 * its own project.
 *
 * @throws OpenstackError; the signal's reason if aborted
 */
export async function listProjects(cloud: Cloud, signal: AbortSignal): Promise<readonly Resource[]> {
  const filter = cloud.settings.ignoreDisabledProjects ? { enabled: 'true' } : {};
  const projects: Resource[] = [];
  for (const domain of await list(cloud, 'domains', filter, signal)) {
    const domainId = asText(domain['id']);
    if (domainId === undefined) continue;
    for (const project of await list(cloud, 'projects', { domain_id: domainId, ...filter }, signal)) {
      const id = asText(project['id']);
      if (id === undefined) continue;
      const { name = null, description = null, enabled = null } = project;
      projects.push({ id, userId: null, projectId: id, metadata: { name, domain_id: domainId, description, enabled } });
    }
  }
  return projects;
}

async function list(
  cloud: Cloud,
  kind: RequestKind & ('domains' | 'projects'),
  query: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<NonNullable<ReturnType<typeof asObjects>>> {
  const answer = await cloud.get(
    {
      kind,
      service: 'identity',
      url: (endpoint) => {
        const url = below(withVersion(endpoint, 'v3'), kind);
        url.search = new URLSearchParams(query).toString();
        return url;
      },
    },
    signal,
  );
  const found = asObjects(answer[kind]);
  if (!found) throw new OpenstackError('bad-answer', `Keystone's answer has no list of ${kind}`);
  return found;
}
