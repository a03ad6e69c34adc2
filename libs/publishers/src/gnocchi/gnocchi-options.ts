import type { ProjectName } from '@nephometer/openstack';
import { parseHttpUrl } from '../http/http-options.ts';
import type { HttpTargetOptions } from '../http/http-target.ts';
import { readFlag, readSeconds } from '../option-values.ts';
import { checkOptionNames, optionOf, parsePublisherUrl } from '../publisher-url.ts';
import type { PublisherUrl } from '../publisher-url.ts';

/** What a `gnocchi://` URL says. */
export interface GnocchiOptions {
  readonly where: GnocchiPlace;
  /** In place of every archive policy of the definitions. */
  readonly archivePolicy?: string;
  /** Samples of this project are left out. */
  readonly filter?: ProjectName;
  /** Path of a `gnocchi_resources.yaml`, as it was written; absent: the definitions that come with this package. */
  readonly definitionsFile?: string;
  /** Whether types of resources that Gnocchi lacks are made. */
  readonly createsTypes: boolean;
}

/** Where Gnocchi is, and who we are to it: what Keystone says of both, or an address with a user of its own. */
export type GnocchiPlace =
  | { readonly kind: 'keystone'; readonly timeoutMs: number }
  | {
      readonly kind: 'basic';
      readonly target: HttpTargetOptions;
      /** What stands before `/v1`: empty, or from a `/` on without one at its end. */
      readonly path: string;
    };

/** The options of a URL, or everything that is wrong with it. */
export type ParsedGnocchiOptions =
  | { readonly ok: true; readonly options: GnocchiOptions }
  | { readonly ok: false; readonly problems: readonly string[] };

/** Ceilometer's, in seconds. */
const DEFAULT_TIMEOUT_S = 6.05;

const ownOptions = [
  'auth',
  'archive_policy',
  'filter_project',
  'filter_domain',
  'enable_filter_project',
  'resources_definition_file',
  'create_resource_types',
];

const example = 'gnocchi://admin:password@gnocchi.example.org:8041/?auth=basic';

/** Reads `gnocchi://?options` and `gnocchi://user:password@host[:port][/path]?options`. */
export function parseGnocchiOptions(url: string): ParsedGnocchiOptions {
  const parts = parsePublisherUrl(url);
  if (!parts) return { ok: false, problems: [`it is not a URL; write gnocchi://, or for example ${example}`] };
  const problems: string[] = [];
  const where = parts.authority === '' ? readKeystone(parts, problems) : readBasic(parts, url, problems);
  const filter = readFilter(parts, problems);
  const createsTypes = readFlag(parts, 'create_resource_types', true, problems);
  const [archivePolicy, definitionsFile] = ['archive_policy', 'resources_definition_file'].map((name) => {
    const value = optionOf(parts, name);
    if (value === '') problems.push(`${name} is empty; give it a value, or leave it out`);
    return value;
  });
  if (problems.length > 0 || !where) return { ok: false, problems };
  return {
    ok: true,
    options: {
      where,
      createsTypes,
      ...(archivePolicy !== undefined && { archivePolicy }),
      ...(definitionsFile !== undefined && { definitionsFile }),
      ...(filter && { filter }),
    },
  };
}

function readKeystone(parts: PublisherUrl, problems: string[]): GnocchiPlace {
  problems.push(...checkOptionNames(parts, ['timeout', ...ownOptions]));
  if (parts.path !== '' && parts.path !== '/') problems.push('it has a path without a host; leave it out');
  const auth = optionOf(parts, 'auth') ?? 'keystone';
  if (auth !== 'keystone') {
    const advice = auth === 'basic' ? `basic needs user and host, for example ${example}` : knownWays;
    problems.push(`auth is "${auth}"; ${advice}`);
  }
  return { kind: 'keystone', timeoutMs: readSeconds(parts, 'timeout', DEFAULT_TIMEOUT_S, problems) * 1000 };
}

function readBasic(parts: PublisherUrl, url: string, problems: string[]): GnocchiPlace | undefined {
  const rules = { example, ownOptions, otherOptions: 'refused', timeoutSeconds: DEFAULT_TIMEOUT_S } as const;
  const http = parseHttpUrl(url, rules, problems);
  const auth = optionOf(parts, 'auth') ?? 'basic';
  if (auth === 'keystone') problems.push("auth=keystone takes the address from Keystone's catalog; leave out the host");
  else if (auth !== 'basic') problems.push(`auth is "${auth}"; ${knownWays}`);
  else if (http && !http.target.auth) problems.push(`it names nobody to be; write user:password@, as in ${example}`);
  // The detail of an answer names every resource that Gnocchi does not know.
  return (
    http && { kind: 'basic', target: { ...http.target, maxAnswerBytes: 8 << 20 }, path: http.path.replace(/\/+$/, '') }
  );
}

const knownWays = 'it must be keystone or basic';

/** Off unless the operator says something about it: there is nothing among the meters of guests that must not be stored. */
function readFilter(parts: PublisherUrl, problems: string[]): ProjectName | undefined {
  const project = optionOf(parts, 'filter_project');
  const domain = optionOf(parts, 'filter_domain');
  for (const [name, value] of Object.entries({ filter_project: project, filter_domain: domain })) {
    if (value === '') problems.push(`${name} is empty; enable_filter_project=false is for no filter`);
  }
  const isWanted = project !== undefined || domain !== undefined;
  const isOn = readFlag(parts, 'enable_filter_project', isWanted, problems);
  return isOn ? { project: project ?? 'service', domain: domain ?? 'Default' } : undefined;
}
