import { addFindings, checkDocument, parseYaml, problemAt } from '@nephometer/service';
import type { Parsed, Problem, YamlDocument } from '@nephometer/service';
import { z } from 'zod';
import { isMapping } from './is-mapping.ts';
import { intervalField, metersField, nameField, optionalTextsField } from './source-fields.ts';
import {
  describeFile,
  duplicateNames,
  ignoredKeyMessage,
  ignoredKeys,
  listField,
  renameCounters,
} from './source-list.ts';
import { unusualValues } from './unusual-values.ts';

/** What is polled: a `polling.yaml`, complete and valid. */
export interface PollingConfig {
  /** The file it came from, for messages. */
  readonly file?: string;
  readonly sources: readonly PollingSource[];
}

/** Meters that are polled together at an interval. */
export interface PollingSource {
  /** Unique in the file. */
  readonly name: string;
  /** A whole number of seconds, in ms: 1000 to 2,147,483,000. */
  readonly intervalMs: number;
  /** Patterns for {@link createMeterFilter}; at least one. */
  readonly meters: readonly string[];
  /** Line of each pattern in the file. */
  readonly meterLines?: readonly (number | undefined)[];
  /** Static resources: an instance each, by its id or its name. Empty if none are named. */
  readonly resources: readonly string[];
  /** Discoveries by URL as the file has them, for `parseDiscovery`; empty: each pollster uses its own. */
  readonly discovery: readonly string[];
  /** Line of each of them in the file. */
  readonly discoveryLines?: readonly (number | undefined)[];
}

const schema = z.strictObject(
  {
    sources: listField(
      'sources',
      {
        name: nameField('source'),
        interval: intervalField(),
        meters: metersField(),
        resources: optionalTextsField('Resources'),
        discovery: optionalTextsField('Discovery'),
        sinks: z.unknown().optional(),
        group_id_coordination_expression: z.unknown().optional(),
      },
      'sources required; list what to poll under "sources:"',
    ),
    sinks: z.unknown().optional(),
  },
  { error: describeFile },
);

const ignored = {
  sinks: 'which sinks a sample goes to is said in pipeline.yaml',
  group_id_coordination_expression:
    'it is Python that Ceilometer would evaluate; several coordinators share the work by host instead',
};

/**
 * Reads a `polling.yaml` in Ceilometer's format, YAML 1.1 as PyYAML reads it. Never throws. What Ceilometer refuses is
 * refused in its words; so is what makes it crash or poll nothing without a word, and two sources of one name. Keys that only
 * Ceilometer's other versions use are warnings.
 *
 * @param text the file's content; bytes must be UTF-8
 */
export function parsePolling(text: string | Uint8Array, { file }: { readonly file: string }): Parsed<PollingConfig> {
  const parsed = parseYaml(text, { file, dialect: 'yaml11' });
  if (!parsed.ok) return parsed;
  const { document, warnings } = renameCounters(parsed.value);
  const checked = checkDocument(document, schema);
  const config: Parsed<PollingConfig> = checked.ok ? { ...checked, value: toConfig(document, checked.value) } : checked;
  return addFindings(config, {
    problems: duplicateNames(document, 'sources'),
    warnings: [
      ...warnings,
      ...unusualValues(document, { doesPolling: true }),
      ...ignoredKeys(document, ignored),
      ...emptyFile(document),
    ],
  });
}

/** Whether a document of unknown kind looks like a polling.yaml, however faulty: it has sources and no sinks. */
export function isPollingConfig(value: unknown): boolean {
  return isMapping(value) && Object.hasOwn(value, 'sources') && !Object.hasOwn(value, 'sinks');
}

function toConfig(document: YamlDocument, { sources }: z.output<typeof schema>): PollingConfig {
  return {
    file: document.file,
    sources: sources.map(({ name, interval, meters, resources, discovery }, index) => ({
      name,
      intervalMs: interval,
      meters,
      meterLines: meters.map((_, meter) => document.lineOf(['sources', index, 'meters', meter])),
      resources,
      discovery,
      ...(discovery.length > 0 && {
        discoveryLines: discovery.map((_, place) => document.lineOf(['sources', index, 'discovery', place])),
      }),
    })),
  };
}

function emptyFile(document: YamlDocument): readonly Problem[] {
  const found: Problem[] = [];
  if (!isMapping(document.value)) return found;
  const { sources } = document.value;
  if (Array.isArray(sources) && sources.length === 0) {
    found.push(problemAt(document, ['sources'], 'there are no sources: nothing is polled; add one'));
  }
  if (Object.hasOwn(document.value, 'sinks')) {
    found.push(problemAt(document, ['sinks'], ignoredKeyMessage('sinks', ignored.sinks)));
  }
  return found;
}
