import { PublisherError } from '../publisher-error.ts';
import { fieldOf, isFine, isRefusal } from './gnocchi-api.ts';
import type { GnocchiAnswer, GnocchiApi } from './gnocchi-api.ts';

/** What an attribute is like, as Gnocchi's API takes it. */
type AttributeType = Readonly<Record<string, string | number | boolean>>;

const text: AttributeType = { type: 'string', min_length: 0, max_length: 255, required: false };
const requiredText: AttributeType = { ...text, required: true };
const time: AttributeType = { type: 'datetime', required: false };
const device: Readonly<Record<string, AttributeType>> = {
  name: requiredText,
  instance_id: { type: 'uuid', required: true },
};

/**
 * The types of resources that guests need, with the attributes that Ceilometer's own upgrade gives them. An instance need not have
 * any of them here: one without Nova has no flavor.
 */
export const resourceTypes: Readonly<Record<string, Readonly<Record<string, AttributeType>>>> = {
  instance: {
    host: text,
    image_ref: text,
    display_name: text,
    flavor_id: text,
    flavor_name: text,
    server_group: text,
    availability_zone: text,
    launched_at: time,
    created_at: time,
    deleted_at: time,
  },
  instance_disk: device,
  instance_network_interface: device,
};

/** Why resources of a type cannot be made, and what somebody could mend about it. */
export interface MissingType {
  readonly reason: string;
  readonly setupError: PublisherError;
}

/** The types that Gnocchi has. Each is looked for once. */
export interface ResourceTypes {
  /**
   * Sees to it that a type is there, before any resource of it is made: Gnocchi fails at those that come while it makes the type.
   *
   * @returns why it is not there; `undefined` if it is
   * @throws PublisherError, a passing one; the signal's reason if aborted
   */
  ensure(type: string, signal: AbortSignal): Promise<MissingType | undefined>;
  /** Attributes that a resource of the type must have and may have empty, as far as is known: texts. */
  requiredTexts(type: string): readonly string[];
  /** Somebody has removed it: it is looked for again. */
  forget(type: string): void;
}

/** @param createsTypes whether those are made that are ours to make: {@link resourceTypes} */
export function createResourceTypes(
  api: GnocchiApi,
  { createsTypes }: { readonly createsTypes: boolean },
): ResourceTypes {
  const known = new Map<string, readonly string[]>();

  /** That somebody else was quicker is no failure. */
  async function create(name: string, signal: AbortSignal): Promise<GnocchiAnswer | undefined> {
    const attributes = Object.hasOwn(resourceTypes, name) ? resourceTypes[name] : undefined;
    if (!createsTypes || !attributes) return undefined;
    return api.send({ method: 'POST', path: 'resource_type', body: { name, attributes } }, signal);
  }

  return {
    async ensure(type, signal) {
      if (known.has(type)) return undefined;
      const found = await api.send({ method: 'GET', path: `resource_type/${encodeURIComponent(type)}` }, signal);
      if (found.status !== 404 && !isFine(found.status)) throw found.error();
      if (found.status === 404) {
        const created = await create(type, signal);
        const isThere = created && (isFine(created.status) || created.status === 409);
        if (created && !isThere && !isRefusal(created)) throw created.error();
        if (!isThere) return missingType(type, created ?? found);
      }
      known.set(type, requiredTextsOf(fieldOf(found.content, 'attributes')));
      return undefined;
    },
    requiredTexts: (type) => known.get(type) ?? [],
    forget(type) {
      known.delete(type);
    },
  };
}

function requiredTextsOf(attributes: unknown): readonly string[] {
  return Object.entries(attributes ?? {})
    .filter(([, attribute]) => fieldOf(attribute, 'required') === true && fieldOf(attribute, 'type') === 'string')
    .filter(([, attribute]) => fieldOf(attribute, 'min_length') === 0)
    .map(([name]) => name);
}

function missingType(type: string, answer: GnocchiAnswer): MissingType {
  const advice = 'run ceilometer-upgrade, or let a user with the role admin publish with create_resource_types';
  const reason = `Gnocchi has no resource type "${type}" (${answer.error().message}); ${advice}`;
  return { reason, setupError: new PublisherError('refused', reason) };
}
