import { OpenstackError } from '@nephometer/openstack';

/** What asks OpenStack has nobody to ask. */
export function notConfigured(discovery: string): OpenstackError {
  const words = `the discovery "${discovery}" asks OpenStack: add a section "openstack" with auth_url and credentials`;
  return new OpenstackError('not-configured', words);
}
