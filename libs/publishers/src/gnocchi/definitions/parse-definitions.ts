import { createMeterFilter } from '@nephometer/pipeline-config';
import type { Compat } from '@nephometer/sample';
import { addFindings, checkDocument, parseYaml, problemAt } from '@nephometer/service';
import type { Parsed, Problem, YamlDocument } from '@nephometer/service';
import type { z } from 'zod';
import { indexMeters } from './definitions.ts';
import type { ArchivePolicy, DefinedMeter, Definitions, ResourceDefinition } from './definitions.ts';
import { definitionsSchema } from './definitions-schema.ts';
import { withoutUndefined } from './without-undefined.ts';

/** How a file of definitions is read. */
export interface DefinitionsOptions {
  /** Name for problems. */
  readonly file: string;
  /** Decides what counts if a meter is defined twice, and the archive policy if none is named: `low` for that of 2015. */
  readonly compat: Compat;
  /** In place of every policy but those of the deprecated key `archive_policy`. */
  readonly archivePolicy?: string;
}

/**
 * Reads a `gnocchi_resources.yaml` of Ceilometer 2015, 19.0.0 or later. Every problem comes at once, with file and line. Warnings
 * tell of meters that are defined twice and of the deprecated key. What is said about events is passed over. Never throws.
 */
export function parseDefinitions(text: string | Uint8Array, options: DefinitionsOptions): Parsed<Definitions> {
  const read = parseYaml(text, { file: options.file, dialect: 'yaml11' });
  if (!read.ok) return read;
  const document = read.value;
  const checked = checkDocument(document, definitionsSchema);
  if (!checked.ok) return checked;
  const definitions = complete(checked.value, options);
  const warnings = [...deprecatedKeys(document, checked.value), ...definedTwice(document, checked.value, options)];
  return addFindings({ ok: true, value: definitions, warnings: [] }, { warnings });
}

type Written = z.output<typeof definitionsSchema>;

function complete(written: Written, { compat, archivePolicy }: DefinitionsOptions): Definitions {
  const fallback = archivePolicy ?? written.archive_policy_default ?? defaultArchivePolicy(compat);
  const meters = written.resources.flatMap((entry): DefinedMeter[] => {
    const attributes = Object.entries(entry.attributes ?? {}).map(([name, named]) => named(name));
    const resource: ResourceDefinition = {
      type: entry.resource_type,
      attributes,
      isOfMetadata: attributes.every(({ isOfMetadata }) => isOfMetadata),
    };
    return entry.metrics.map(({ name, isPattern, archivePolicy: own }) => {
      const policy = entry.archive_policy ?? archivePolicy ?? own ?? fallback;
      return { name, isPattern, metric: { resource, archivePolicy: policy } };
    });
  });
  return {
    archivePolicies: (written.archive_policies ?? []).map((policy): ArchivePolicy => withoutUndefined(policy)),
    metricOf: indexMeters(meters, createPatternCheck(), { whichCounts: whichCounts(compat) }),
  };
}

/** What a metric is kept by if nothing says so. */
export function defaultArchivePolicy(compat: Compat): string {
  return compat === '2015' ? 'low' : 'ceilometer-low';
}

/** Ceilometer of 2015 searched its list, later ones fill a dictionary. */
export function whichCounts(compat: Compat): 'first' | 'last' {
  return compat === '2015' ? 'first' : 'last';
}

/** Patterns are compiled once. */
function createPatternCheck(): (pattern: string, name: string) => boolean {
  const compiled = new Map<string, (name: string) => boolean>();
  return (pattern, name) => {
    const fits = compiled.get(pattern) ?? createMeterFilter([pattern]);
    compiled.set(pattern, fits);
    return fits(name);
  };
}

function deprecatedKeys(document: YamlDocument, { resources }: Written): readonly Problem[] {
  return resources.flatMap(({ archive_policy }, index) => {
    if (archive_policy === undefined) return [];
    const message =
      'this is deprecated, and goes before every other archive policy; write archive_policy_name per metric';
    return [problemAt(document, ['resources', index, 'archive_policy'], message)];
  });
}

function definedTwice(
  document: YamlDocument,
  { resources }: Written,
  { compat }: DefinitionsOptions,
): readonly Problem[] {
  const firstAt = new Map<string, number | undefined>();
  return resources.flatMap(({ metrics }, index) =>
    metrics.flatMap(({ name }, at) => {
      const isList = Array.isArray((document.value as { resources: { metrics: unknown }[] }).resources[index]?.metrics);
      const path = ['resources', index, 'metrics', isList ? at : name];
      if (!firstAt.has(name)) {
        firstAt.set(name, document.lineOf(path));
        return [];
      }
      const message = `the metric "${name}" is defined in line ${firstAt.get(name)}, too; the ${whichCounts(compat)} one counts`;
      return [problemAt(document, path, message)];
    }),
  );
}
