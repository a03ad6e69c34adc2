import { PublisherError } from '../publisher-error.ts';
import type { ArchivePolicy } from './definitions/definitions.ts';
import { fieldOf, isFine } from './gnocchi-api.ts';
import type { GnocchiApi } from './gnocchi-api.ts';

/** The archive policies that metrics need. Gnocchi is asked about them once. */
export interface ArchivePolicies {
  /**
   * Sees to it that they are there: the defined ones are created together, once.
   *
   * @throws PublisherError, a passing one, if one of those wanted is not there and cannot be made: nothing should be sent before
   *   somebody has made it; the signal's reason if aborted
   */
  ensure(wanted: ReadonlySet<string>, signal: AbortSignal): Promise<void>;
  /** Somebody has removed one: they are looked for again. */
  forget(): void;
}

export function createArchivePolicies(api: GnocchiApi, defined: readonly ArchivePolicy[]): ArchivePolicies {
  let known: Set<string> | undefined;

  async function list(signal: AbortSignal): Promise<Set<string>> {
    const answer = await api.send({ method: 'GET', path: 'archive_policy' }, signal);
    if (!isFine(answer.status)) throw answer.error();
    const policies: readonly unknown[] = Array.isArray(answer.content) ? answer.content : [];
    return new Set(policies.map((policy) => fieldOf(policy, 'name')).filter((name) => typeof name === 'string'));
  }

  /** 409: somebody else was quicker. */
  async function create(policy: ArchivePolicy, signal: AbortSignal): Promise<PublisherError | undefined> {
    const answer = await api.send({ method: 'POST', path: 'archive_policy', body: policy }, signal);
    return isFine(answer.status) || answer.status === 409 ? undefined : answer.error();
  }

  return {
    async ensure(wanted, signal) {
      if (known && isWithin(wanted, known)) return;
      const there = await list(signal);
      const failures = new Map<string, PublisherError>();
      for (const policy of defined) {
        if (there.has(policy.name)) continue;
        const failure = await create(policy, signal);
        if (failure) failures.set(policy.name, failure);
        else there.add(policy.name);
      }
      const missing = [...wanted].filter((name) => !there.has(name));
      if (missing.length > 0) throw missingError(missing, failures);
      known = there;
    },
    forget() {
      known = undefined;
    },
  };
}

function isWithin(wanted: ReadonlySet<string>, known: ReadonlySet<string>): boolean {
  for (const name of wanted) if (!known.has(name)) return false;
  return true;
}

function missingError(missing: readonly string[], failures: ReadonlyMap<string, PublisherError>): PublisherError {
  const cause = missing.map((name) => failures.get(name)).find((failure) => failure !== undefined);
  const which = missing.map((name) => `"${name}"`).join(', ');
  const why = cause
    ? `cannot be made (${cause.message})`
    : 'is not among those of the definitions, and nobody else has made it';
  const advice = 'create it, or name another with the option archive_policy';
  const message = `Gnocchi has no archive policy ${which}, which ${why}; ${advice}`;
  return new PublisherError('refused', message, {
    ...(cause && { cause }),
    ...(cause?.retryAfterMs !== undefined && { retryAfterMs: cause.retryAfterMs }),
  });
}
