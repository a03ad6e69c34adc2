import { problemAt } from '@nephometer/service';
import type { Problem } from '@nephometer/service';
import { z } from 'zod';
import type { LayeredDocument } from './layered-document.ts';
import { text } from './text-field.ts';

/** How OpenStack is asked: the section `openstack` of a coordinator.yaml, complete. */
export interface OpenstackConfig {
  /** Keystone, with or without its version: `https://keystone:5000/v3`. */
  readonly authUrl: string;
  readonly credentials: OpenstackCredentials;
  /** Region of the catalog; absent: the first one that has the service. */
  readonly regionName?: string;
  /** Which of a service's URLs in the catalog is used. Default `public`. */
  readonly interface: EndpointInterface;
  /** Absolute path of a file of PEM certificates to trust instead of the system's. */
  readonly ca?: string;
  /** Trust any certificate. Default false. */
  readonly insecure: boolean;
  /** Microversion of the Compute API, `2.1` or later. Default `2.1`. */
  readonly microversion: string;
  /** A host's servers are asked for again when this has passed, in ms. Default 0: in every cycle. */
  readonly resourceUpdateIntervalMs: number;
  /**
   * In between only what has changed is asked for; all are asked for again, and those that are gone forgotten, when this has
   * passed, in ms; 0: always. Flavors and images are asked for again after this time, too, but after a minute at the soonest.
   * Default 3,600,000.
   */
  readonly resourceCacheExpiryMs: number;
  /** How many requests a second all hosts together may make in the long run. Default 10. */
  readonly requestsPerSecond: number;
  /** How many requests all hosts together may have under way at once, and make at once after a rest. Default 4. */
  readonly concurrentRequests: number;
  /** How long one request may take, in ms. Default 30,000. */
  readonly requestTimeoutMs: number;
  /** The discovery `tenant` passes over disabled domains and projects. Default false. */
  readonly ignoreDisabledProjects: boolean;
}

/** Which of a service's URLs in the catalog is used. */
export type EndpointInterface = (typeof endpointInterfaces)[number];

const endpointInterfaces = ['public', 'internal', 'admin'] as const;

/** The project in whose name is asked. */
export interface ProjectScope {
  readonly projectName: string;
  /** Default `Default`. */
  readonly projectDomainName: string;
}

/** Who asks, see the Identity API v3. */
export type OpenstackCredentials =
  | ({
      readonly kind: 'password';
      readonly username: string;
      readonly password: string;
      /** Default `Default`. */
      readonly userDomainName: string;
    } & ProjectScope)
  | {
      /** Has its project built in. */
      readonly kind: 'application-credential';
      readonly id: string;
      readonly secret: string;
    }
  | ({
      /** A token made elsewhere. It is good until it expires, and then cannot be renewed here. */
      readonly kind: 'token';
      readonly token: string;
    } & ProjectScope);

/** Its message keeps what is written there to itself. */
const secret = z.string({ error: 'expected text; put it in quotes' }).min(1, { error: 'is empty' });
const seconds = z.number().min(0);

/** The section as it is written; durations in seconds, as in Ceilometer. */
export const openstackField = z.strictObject({
  auth_url: text.refine((value) => /^https?:$/.test(protocolOf(value)), {
    error: "expected Keystone's URL, for example https://keystone.example.org:5000/v3",
  }),
  username: text.optional(),
  password: secret.optional(),
  user_domain_name: text.default('Default'),
  project_name: text.optional(),
  project_domain_name: text.default('Default'),
  application_credential_id: text.optional(),
  application_credential_secret: secret.optional(),
  token: secret.optional(),
  region_name: text.optional(),
  interface: z.enum(endpointInterfaces).default('public'),
  ca: text.optional(),
  insecure: z.boolean().default(false),
  // Without quotes, 2.60 is the number 2.6.
  microversion: z
    .string({ error: 'expected a version in quotes, for example "2.60"' })
    .regex(/^2\.\d+$/, { error: 'expected a version from "2.1" on' })
    .default('2.1'),
  resource_update_interval: seconds.default(0),
  resource_cache_expiry: seconds.default(3600),
  requests_per_second: z.number().positive().default(10),
  concurrent_requests: z.int().min(1).default(4),
  request_timeout: z.number().positive().default(30),
  ignore_disabled_projects: z.boolean().default(false),
});

type Raw = z.output<typeof openstackField>;

/** What is wrong with the section as a whole: who asks must be said in one way, and whole. */
export function openstackProblems(document: LayeredDocument, raw: Raw | undefined): readonly Problem[] {
  if (raw === undefined) return [];
  const at = (key: string, message: string): Problem => problemAt(document, ['openstack', key], message);
  const ways = waysOf(raw);
  const [way, other] = ways;
  if (way === undefined) {
    const message =
      'nobody is named who may ask; give username, password and project_name, or application_credential_id and ' +
      'application_credential_secret, or token and project_name';
    return [problemAt(document, ['openstack'], message)];
  }
  if (other !== undefined) {
    return [at(other.key, `${way.key} is given as well; keep one of the two`)];
  }
  return way.needs
    .filter((key) => raw[key] === undefined)
    .map((key) => problemAt(document, ['openstack'], `${way.key} needs ${key} beside it; add it`));
}

interface Way {
  readonly key: 'username' | 'application_credential_id' | 'token';
  readonly needs: readonly (keyof Raw)[];
}

const ways: readonly Way[] = [
  { key: 'username', needs: ['password', 'project_name'] },
  { key: 'application_credential_id', needs: ['application_credential_secret'] },
  { key: 'token', needs: ['project_name'] },
];

function waysOf(raw: Raw): Way[] {
  return ways.filter(({ key }) => raw[key] !== undefined);
}

/** The section complete, if {@link openstackProblems} found nothing wrong with it. */
export function resolveOpenstack(document: LayeredDocument, raw: Raw): OpenstackConfig | undefined {
  const credentials = credentialsOf(raw);
  if (credentials === undefined) return undefined;
  return {
    authUrl: raw.auth_url,
    credentials,
    ...(raw.region_name !== undefined && { regionName: raw.region_name }),
    interface: raw.interface,
    ...(raw.ca !== undefined && { ca: document.resolvePath(['openstack', 'ca'], raw.ca) }),
    insecure: raw.insecure,
    microversion: raw.microversion,
    resourceUpdateIntervalMs: raw.resource_update_interval * 1000,
    resourceCacheExpiryMs: raw.resource_cache_expiry * 1000,
    requestsPerSecond: raw.requests_per_second,
    concurrentRequests: raw.concurrent_requests,
    requestTimeoutMs: raw.request_timeout * 1000,
    ignoreDisabledProjects: raw.ignore_disabled_projects,
  };
}

function credentialsOf(raw: Raw): OpenstackCredentials | undefined {
  const { username, password, project_name: projectName, application_credential_id: id, token } = raw;
  const { application_credential_secret: secretOfCredential } = raw;
  if (id !== undefined && secretOfCredential !== undefined) {
    return { kind: 'application-credential', id, secret: secretOfCredential };
  }
  if (projectName === undefined) return undefined;
  const project = { projectName, projectDomainName: raw.project_domain_name };
  if (username !== undefined && password !== undefined) {
    return { kind: 'password', username, password, userDomainName: raw.user_domain_name, ...project };
  }
  return token === undefined ? undefined : { kind: 'token', token, ...project };
}

function protocolOf(url: string): string {
  return URL.parse(url)?.protocol ?? '';
}
