import { mapLimit } from '@nephometer/abortable';
import { countSamples } from './batch.ts';
import type { ResourceBatch } from './batch.ts';
import { isFine, isRefusal } from './gnocchi-api.ts';
import type { GnocchiAnswer, GnocchiApi } from './gnocchi-api.ts';
import { createKnownAttributes } from './known-attributes.ts';
import type { PublisherError } from '../publisher-error.ts';
import type { Refusals } from '../refusals.ts';
import type { MissingType, ResourceTypes } from './resource-types.ts';

/** Requests about resources that are under way at once. */
const AT_ONCE = 4;

/** Makes resources, and keeps their attributes up to date. */
export interface Resources {
  /**
   * Makes a resource that Gnocchi does not know. That somebody else was quicker is no failure.
   *
   * @returns why it is not there; `undefined` if it is
   * @throws PublisherError, a passing one; the signal's reason if aborted
   */
  create(resource: ResourceBatch, signal: AbortSignal): Promise<RefusedResource | undefined>;
  readonly types: ResourceTypes;
  /**
   * Tells Gnocchi attributes that it has not been told. Measures do not depend on it: what fails is noted as a refusal of no
   * samples, and told again with the next samples if it may go well then.
   *
   * @throws the signal's reason if aborted
   */
  update(resources: readonly ResourceBatch[], refusals: Refusals, signal: AbortSignal): Promise<void>;
}

/** Why Gnocchi refuses a resource. */
export interface RefusedResource {
  readonly reason: string;
  /** Set if somebody can mend it without changing the resource: a right that is missing. */
  readonly setupError: PublisherError | undefined;
}

export function createResources(api: GnocchiApi, types: ResourceTypes): Resources {
  const known = createKnownAttributes();

  async function post(resource: ResourceBatch, signal: AbortSignal): Promise<GnocchiAnswer> {
    const { id, definition, userId, projectId, attributes } = resource;
    // What Ceilometer's types require of an instance a guest without Nova does not have.
    const empty = Object.fromEntries(types.requiredTexts(definition.type).map((name) => [name, '']));
    const body = { ...empty, ...attributes, id, user_id: userId, project_id: projectId };
    const path = `resource/${encodeURIComponent(definition.type)}`;
    return api.send({ method: 'POST', path, body }, signal);
  }

  /** @returns why Gnocchi does not take them; `undefined` if it does */
  async function updateOne(resource: ResourceBatch, signal: AbortSignal): Promise<string | undefined> {
    if (known.isKnown(resource)) return undefined;
    const { id, definition, projectId, attributes } = resource;
    const path = `resource/${encodeURIComponent(definition.type)}/${encodeURIComponent(id)}`;
    const answer = await api.send({ method: 'PATCH', path, body: { ...attributes, project_id: projectId } }, signal);
    if (!isFine(answer.status) && !isRefusal(answer)) throw answer.error();
    // Asked again it would say the same, until there is something else to tell.
    known.remember(resource);
    return isFine(answer.status)
      ? undefined
      : `Gnocchi refuses attributes of type ${definition.type}: "${answer.words}"`;
  }

  return {
    types,
    async create(resource, signal) {
      const { type } = resource.definition;
      const answer = await post(resource, signal);
      if (isFine(answer.status)) known.remember(resource);
      if (isFine(answer.status) || answer.status === 409) return undefined;
      if (answer.status === 404) types.forget(type);
      if (answer.status === 404) throw answer.error();
      if (!isRefusal(answer)) throw answer.error();
      const reason = `Gnocchi refuses a resource of type ${type}: "${answer.words}"`;
      return { reason, setupError: answer.status === 403 ? answer.error() : undefined };
    },
    async update(resources, refusals, signal) {
      const updateAndNote = async (resource: ResourceBatch, ending: AbortSignal): Promise<void> => {
        const reason = await updateOne(resource, ending);
        if (reason !== undefined) refusals.add(reason, 0, resource.id);
      };
      try {
        await mapLimit(resources, AT_ONCE, updateAndNote, signal);
      } catch (error) {
        signal.throwIfAborted();
        refusals.add(`attributes are not up to date: ${(error as Error).message}`, 0);
      }
    },
  };
}

/** What came of making several resources. */
export interface CreationsOutcome {
  /** With all their samples. */
  readonly refused: ReadonlySet<ResourceBatch>;
  /** What somebody could mend about it. */
  readonly setupError: PublisherError | undefined;
}

/**
 * Makes all of them, a few at once, and their types before. Those that Gnocchi refuses are noted with their samples.
 *
 * @throws PublisherError, a passing one; the signal's reason if aborted
 */
export async function createAll(
  resources: Resources,
  missing: readonly ResourceBatch[],
  refusals: Refusals,
  signal: AbortSignal,
): Promise<CreationsOutcome> {
  const refused = new Set<ResourceBatch>();
  let setupError: PublisherError | undefined;
  const missingTypes = new Map<string, MissingType>();
  for (const type of new Set(missing.map(({ definition }) => definition.type))) {
    const why = await resources.types.ensure(type, signal);
    if (why) missingTypes.set(type, why);
  }
  await mapLimit(
    missing,
    AT_ONCE,
    async (resource, ending) => {
      const why = missingTypes.get(resource.definition.type) ?? (await resources.create(resource, ending));
      if (!why) return;
      refused.add(resource);
      refusals.add(why.reason, countSamples(resource), resource.id);
      setupError ??= why.setupError;
    },
    signal,
  );
  return { refused, setupError };
}
