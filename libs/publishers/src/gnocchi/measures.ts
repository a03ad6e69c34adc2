import type { PublisherError } from '../publisher-error.ts';
import type { ArchivePolicies } from './archive-policies.ts';
import type { Measure, MetricBatch, ResourceBatch } from './batch.ts';
import { fieldOf, isFine } from './gnocchi-api.ts';
import type { GnocchiAnswer, GnocchiApi } from './gnocchi-api.ts';
import type { Refusals } from '../refusals.ts';
import { createAll } from './resources.ts';
import type { Resources } from './resources.ts';

/** What measures are sent with. */
export interface MeasureSettings {
  readonly api: GnocchiApi;
  readonly policies: ArchivePolicies;
  readonly resources: Resources;
  readonly refusals: Refusals;
}

/** What came of it. What is not stored is among the refusals. */
export interface MeasuresOutcome {
  /** Resources of which something was stored. */
  readonly stored: ReadonlySet<ResourceBatch>;
  /** Somebody could mend why something was refused: a right, a type. */
  readonly setupError: PublisherError | undefined;
}

/** Rounds of making resources that Gnocchi does not know, for one request. Somebody may remove one meanwhile. */
const MOST_ROUNDS = 3;

/** Some measures of one metric. */
interface Entry {
  readonly resource: ResourceBatch;
  readonly metric: MetricBatch;
  readonly measures: readonly Measure[];
}

/**
 * Stores measures, all in one request. If Gnocchi does not know a resource it stores nothing; then those resources are made, and
 * the request is repeated. If it refuses something it stores nothing either, and does not always say what: then both halves are
 * tried, and so on, down to the measure.
 *
 * @throws PublisherError, a passing one; the signal's reason if aborted
 */
export async function storeMeasures(
  batch: readonly ResourceBatch[],
  { api, policies, resources, refusals }: MeasureSettings,
  signal: AbortSignal,
): Promise<MeasuresOutcome> {
  const byId = new Map(batch.map((resource) => [resource.id, resource]));
  const stored = new Set<ResourceBatch>();
  const refused = new Set<ResourceBatch>();
  let setupError: PublisherError | undefined;

  async function send(all: readonly Entry[], round: number): Promise<void> {
    const entries = all.filter(({ resource }) => !refused.has(resource));
    if (entries.length === 0) return;
    const answer = await api.send({ method: 'POST', path: PATH, body: bodyOf(entries) }, signal);
    if (isFine(answer.status)) {
      for (const { resource } of entries) stored.add(resource);
      return;
    }
    const unknown = unknownResources(answer, byId);
    if (unknown) {
      if (round === MOST_ROUNDS) throw answer.error();
      const outcome = await createAll(resources, unknown, refusals, signal);
      for (const resource of outcome.refused) refused.add(resource);
      setupError ??= outcome.setupError;
      return send(entries, round + 1);
    }
    if (isMissingPolicy(answer)) {
      policies.forget();
      throw answer.error();
    }
    if (![400, 403, 413, 422].includes(answer.status)) throw answer.error();
    await divide(entries, answer);
  }

  async function divide(entries: readonly Entry[], answer: GnocchiAnswer): Promise<void> {
    const halves = halvesOf(entries);
    if (halves) {
      for (const half of halves) await send(half, 0);
      return;
    }
    const [entry] = entries;
    if (!entry) return;
    if (answer.status === 403) setupError ??= answer.error();
    const why = answer.words === '' ? `with status ${answer.status}` : `"${answer.words}"`;
    refusals.add(`Gnocchi refuses measures of ${entry.metric.name}: ${why}`, entry.measures.length, entry.resource.id);
  }

  const entries = batch.flatMap((resource) =>
    [...resource.metrics.values()].map((metric): Entry => ({ resource, metric, measures: metric.measures })),
  );
  await send(entries, 0);
  return { stored, setupError };
}

const PATH = 'batch/resources/metrics/measures?create_metrics=true';

/** `{resource: {metric: {measures, archive_policy_name, unit}}}` */
function bodyOf(entries: readonly Entry[]): Readonly<Record<string, Readonly<Record<string, unknown>>>> {
  const resources = new Map<string, [string, unknown][]>();
  for (const { resource, metric, measures } of entries) {
    const metrics = resources.get(resource.id) ?? [];
    metrics.push([metric.name, { measures, archive_policy_name: metric.archivePolicy, unit: metric.unit }]);
    resources.set(resource.id, metrics);
  }
  return Object.fromEntries([...resources].map(([id, metrics]) => [id, Object.fromEntries(metrics)]));
}

/** Those of our resources that Gnocchi says it does not know; `undefined` if it says something else. */
function unknownResources(
  { status, content }: GnocchiAnswer,
  byId: ReadonlyMap<string, ResourceBatch>,
): readonly ResourceBatch[] | undefined {
  const detail = fieldOf(content, 'detail');
  if (status !== 400 || fieldOf(content, 'cause') !== 'Unknown resources' || !Array.isArray(detail)) return undefined;
  const ids = detail.map((entry: unknown) => fieldOf(entry, 'original_resource_id'));
  const unknown = ids.flatMap((id) => (typeof id === 'string' ? (byId.get(id) ?? []) : []));
  return unknown.length > 0 ? unknown : undefined;
}

/** Somebody has removed it since it was looked for. */
function isMissingPolicy({ status, words }: GnocchiAnswer): boolean {
  return status === 400 && /^Archive policy .* does not exist/i.test(words);
}

/** `undefined` if there is but one measure. */
function halvesOf(entries: readonly Entry[]): readonly (readonly Entry[])[] | undefined {
  const middle = Math.ceil(entries.length / 2);
  if (entries.length > 1) return [entries.slice(0, middle), entries.slice(middle)];
  const [entry] = entries;
  if (!entry || entry.measures.length < 2) return undefined;
  const half = Math.ceil(entry.measures.length / 2);
  return [entry.measures.slice(0, half), entry.measures.slice(half)].map((measures) => [{ ...entry, measures }]);
}
