/** Who asks, see the Identity API v3. Names of domains default to `Default`. */
export type Credentials =
  | ({
      readonly kind: 'password';
      readonly username: string;
      readonly password: string;
      readonly userDomainName?: string;
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

/** The project in whose name is asked. */
export interface ProjectScope {
  readonly projectName: string;
  readonly projectDomainName?: string;
}

/** Which of a service's URLs in the catalog is used. */
export type EndpointInterface = 'public' | 'internal' | 'admin';

/** How OpenStack is asked. */
export interface OpenstackOptions {
  /** Keystone, with or without its version: `https://keystone:5000/v3`. */
  readonly authUrl: string;
  readonly credentials: Credentials;
  /** Region of the catalog. Default: the first one that has the service. */
  readonly regionName?: string;
  /** Default `public`. */
  readonly interface?: EndpointInterface;
  /** File of PEM certificates to trust instead of the system's. */
  readonly ca?: string;
  /** Trust any certificate. Default false. */
  readonly insecure?: boolean;
  /** Microversion of the Compute API, `2.1` or later. Default `2.1`. */
  readonly microversion?: string;
  /** A host's servers are asked for again when this has passed, in ms. Default 0: in every cycle. */
  readonly resourceUpdateIntervalMs?: number;
  /**
   * In between only what has changed is asked for; all are asked for again, and those that are gone forgotten, when this has
   * passed, in ms; 0: always. Flavors and images are asked for again after this time, too, but after a minute at the soonest.
   * Default 3,600,000.
   */
  readonly resourceCacheExpiryMs?: number;
  /** How many requests a second all hosts together may make in the long run. Default 10. */
  readonly requestsPerSecond?: number;
  /** How many requests all hosts together may have under way at once, and make at once after a rest. Default 4. */
  readonly concurrentRequests?: number;
  /** How long one request may take, in ms. Default 30,000. */
  readonly requestTimeoutMs?: number;
  /** The discovery `tenant` passes over disabled domains and projects. Default false. */
  readonly ignoreDisabledProjects?: boolean;
}

/** {@link OpenstackOptions}, complete. */
export type OpenstackSettings = Required<Omit<OpenstackOptions, 'regionName' | 'ca'>> &
  Pick<OpenstackOptions, 'regionName' | 'ca'>;

/** Options with every default filled in. */
export function completeOptions(options: OpenstackOptions): OpenstackSettings {
  return {
    interface: 'public',
    insecure: false,
    microversion: '2.1',
    resourceUpdateIntervalMs: 0,
    resourceCacheExpiryMs: 3_600_000,
    requestsPerSecond: 10,
    concurrentRequests: 4,
    requestTimeoutMs: 30_000,
    ignoreDisabledProjects: false,
    ...options,
  };
}
