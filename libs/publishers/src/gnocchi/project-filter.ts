import { findProject } from '@nephometer/openstack';
import type { Cloud, ProjectName } from '@nephometer/openstack';
import type { Sample } from '@nephometer/sample';
import type { MetricDefinition } from './definitions/definitions.ts';
import { toPublisherError } from './keystone-api.ts';

/** Keeps the samples of one project from being stored. */
export interface ProjectFilter {
  /**
   * Finds out which project it is, once.
   *
   * @throws PublisherError, a passing one; the signal's reason if aborted
   */
  prepare(signal: AbortSignal): Promise<void>;
  /** Why a sample is left out; `undefined` if it is not. */
  readonly isLeftOut: (sample: Sample, metric: MetricDefinition) => string | undefined;
}

/** A project that Keystone did not know is asked for again after this, in ms. */
const ASKED_AGAIN_AFTER_MS = 600_000;

/** Lets everything through. */
export const noFilter: ProjectFilter = { prepare: () => Promise.resolve(), isLeftOut: () => undefined };

/**
 * As long as Keystone knows no such project nothing is left out.
 *
 * @param warn is told that it knows none, once
 */
export function createProjectFilter(cloud: Cloud, name: ProjectName, warn: (message: string) => void): ProjectFilter {
  const reason = `filter_project leaves out what project "${name.project}" owns`;
  let id: string | undefined;
  let nextAtMs = -Infinity;
  let isWarned = false;
  return {
    async prepare(signal) {
      if (id !== undefined || cloud.clock.now() < nextAtMs) return;
      try {
        id = await findProject(cloud, name, signal);
        nextAtMs = cloud.clock.now() + ASKED_AGAIN_AFTER_MS;
      } catch (error) {
        throw toPublisherError(error);
      }
      if (id !== undefined || isWarned) return;
      isWarned = true;
      warn(
        `Keystone shows no project "${name.project}" in the domain "${name.domain}", so nothing is left out; check ` +
          'filter_project and filter_domain, and what our user may see',
      );
    },
    isLeftOut({ projectId, resourceId }, { resource }) {
      if (id === undefined) return undefined;
      // Of Swift the account is the resource, and has the id of its project.
      return projectId === id || (resource.type === 'swift_account' && resourceId === id) ? reason : undefined;
    },
  };
}
