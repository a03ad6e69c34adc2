export { createCloud, isOutage } from './cloud.ts';
export type { Cloud, CloudRequest, CloudSettings, ServiceRequest } from './cloud.ts';
export { OpenstackError } from './openstack-error.ts';
export type { OpenstackErrorCode } from './openstack-error.ts';
export type { RequestCount, RequestKind, RequestOutcome } from './request-counts.ts';

export { selectEndpoints } from './catalog.ts';
export type { Endpoint, EndpointQuery } from './catalog.ts';
export { below, withVersion } from './keystone.ts';
export { findProject } from './find-project.ts';
export type { ProjectName } from './find-project.ts';

export { createHttpClient, describeUrl } from './http-client.ts';
export type { HttpAnswer, HttpClient, HttpMethod, HttpOptions, HttpRequest } from './http-client.ts';

export type { Backoff } from './backoff.ts';
export { createLookupCache } from './lookup-cache.ts';
export type { LookupCache } from './lookup-cache.ts';
export { createSharedWork } from './shared-work.ts';
export type { SharedWork } from './shared-work.ts';
export { asNumber, asObject, asObjects, asText, parseObject } from './json.ts';
