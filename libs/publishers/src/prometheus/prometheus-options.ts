import { optionOf } from '../publisher-url.ts';
import { parseHttpUrl } from '../http/http-options.ts';
import type { HttpUrl } from '../http/http-options.ts';
import { readFlag } from '../option-values.ts';

/** What a `prometheus://` URL says. */
export interface PrometheusOptions extends HttpUrl {
  /** A group, and so a request, for each resource; otherwise all samples of a batch go to the group of the path. */
  readonly isByResource: boolean;
}

const rules = {
  example: 'prometheus://gateway.example:9091/metrics/job/ceilometer',
  ownOptions: ['group_by_resource'],
};

/**
 * Reads `prometheus://[user:password@]host[:port]/metrics/job/<job>[/<label>/<value>...]?options`. A path with more labels than the
 * job is the group, any other one gets the resource added, unless `group_by_resource` says otherwise.
 *
 * @param problems what is wrong is added here, in words for the operator
 */
export function parsePrometheusOptions(url: string, problems: string[]): PrometheusOptions | undefined {
  const parsed = parseHttpUrl(url, rules, problems);
  if (!parsed) return undefined;
  const { pathname, isGroup } = readPath(parsed.path);
  const isByResource = readFlag(parsed.parts, 'group_by_resource', !isGroup, problems);
  if (
    isByResource &&
    optionOf(parsed.parts, 'group_by_resource') !== undefined &&
    /\/resource_id(@base64)?\//.test(pathname)
  ) {
    problems.push('the path has a resource_id already, so group_by_resource would add a second one');
  }
  return { ...parsed, path: pathname, isByResource };
}

function readPath(path: string): { readonly pathname: string; readonly isGroup: boolean } {
  const pathname = path.replace(/\/+$/, '');
  const [metrics, job, , ...more] = pathname.split('/').slice(1);
  return { pathname, isGroup: metrics === 'metrics' && job === 'job' && more.length > 0 };
}
