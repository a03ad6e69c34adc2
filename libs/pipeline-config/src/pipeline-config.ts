import { addFindings, checkDocument, parseYaml } from '@nephometer/service';
import type { Parsed, YamlDocument } from '@nephometer/service';
import { z } from 'zod';
import { pipelineProblems, pipelineWarnings } from './pipeline-relations.ts';
import type { PollingConfig } from './polling-config.ts';
import { isMapping } from './is-mapping.ts';
import {
  intervalField,
  metersField,
  nameField,
  optionalTextsField,
  publishersField,
  sinkNamesField,
} from './source-fields.ts';
import { duplicateNames, renameCounters } from './source-list.ts';

/** Where samples go: a `pipeline.yaml`, complete and valid. */
export interface PipelineConfig {
  readonly sources: readonly PipelineSource[];
  readonly sinks: readonly PipelineSink[];
}

/** Meters that go to the same sinks. */
export interface PipelineSource {
  /** Unique among the sources. */
  readonly name: string;
  /** Patterns for {@link createMeterFilter}; at least one. */
  readonly meters: readonly string[];
  /** Names of sinks that exist, each once; at least one. */
  readonly sinks: readonly string[];
  /** What a file of 2015 says about polling, with its defaults; see {@link pollingOf}. */
  readonly polling?: PipelinePolling;
}

/** The polling half of a source in a file that does both jobs. */
export interface PipelinePolling {
  /** In ms. Default 600,000. */
  readonly intervalMs: number;
  readonly resources: readonly string[];
  readonly discovery: readonly string[];
}

/** Where samples end. */
export interface PipelineSink {
  /** Unique among the sinks. */
  readonly name: string;
  /** In the order of the file; at least one. */
  readonly publishers: readonly PipelinePublisher[];
}

export interface PipelinePublisher {
  /** With a scheme and `://`, otherwise as written. Whether a publisher for it exists is not checked here. */
  readonly url: string;
  /** Its line in the file. */
  readonly line?: number;
}

/** How to read a pipeline.yaml. */
export interface PipelineOptions {
  readonly file: string;
  /**
   * Whether this file also says what is polled (there is no polling.yaml). Default false: then a warning names each key
   * that does nothing.
   */
  readonly doesPolling?: boolean;
}

const bothRequired = {
  error: (issue: { readonly input?: unknown }) =>
    issue.input === undefined ? 'Both sources & sinks are required; add the one that is missing' : undefined,
};

const schema = z.strictObject({
  sources: z.array(
    z.strictObject({
      name: nameField('source'),
      meters: metersField(),
      sinks: sinkNamesField(),
      interval: intervalField({ defaultS: 600 }),
      resources: optionalTextsField('Resources'),
      discovery: optionalTextsField('Discovery'),
    }),
    bothRequired,
  ),
  sinks: z.array(
    z.strictObject({ name: nameField('sink'), publishers: publishersField(), transformers: z.unknown().optional() }),
    bothRequired,
  ),
});

/**
 * Reads a `pipeline.yaml` in Ceilometer's format, of any year, YAML 1.1 as PyYAML reads it. Never throws. What Ceilometer
 * refuses is refused in its words. Transformers are refused until they exist: samples that should have been changed must
 * not pass unchanged.
 *
 * @param text the file's content; bytes must be UTF-8
 */
export function parsePipeline(
  text: string | Uint8Array,
  { file, doesPolling = false }: PipelineOptions,
): Parsed<PipelineConfig> {
  const parsed = parseYaml(text, { file, dialect: 'yaml11' });
  if (!parsed.ok) return parsed;
  const { document, warnings } = renameCounters(parsed.value);
  const checked = checkDocument(document, schema);
  const config: Parsed<PipelineConfig> = checked.ok
    ? { ...checked, value: toConfig(document, checked.value) }
    : checked;
  return addFindings(config, {
    problems: [
      ...duplicateNames(document, 'sources'),
      ...duplicateNames(document, 'sinks'),
      ...pipelineProblems(document),
    ],
    warnings: [...warnings, ...pipelineWarnings(document, { doesPolling })],
  });
}

/** What a pipeline.yaml of 2015 polls, where there is no polling.yaml. */
export function pollingOf(config: PipelineConfig): PollingConfig {
  return {
    sources: config.sources.map(({ name, meters, polling }) => ({
      name,
      meters,
      intervalMs: polling?.intervalMs ?? 600_000,
      resources: polling?.resources ?? [],
      discovery: polling?.discovery ?? [],
    })),
  };
}

/** Whether a document of unknown kind looks like a pipeline.yaml, however faulty: it has sinks. */
export function isPipelineConfig(value: unknown): boolean {
  return isMapping(value) && Object.hasOwn(value, 'sinks');
}

function toConfig(document: YamlDocument, { sources, sinks }: z.output<typeof schema>): PipelineConfig {
  return {
    sources: sources.map(({ name, meters, sinks: names, interval, resources, discovery }) => ({
      name,
      meters,
      sinks: names,
      polling: { intervalMs: interval, resources, discovery },
    })),
    sinks: sinks.map(({ name, publishers }, sink) => ({
      name,
      publishers: publishers.map((url, index) => {
        const line = document.lineOf(['sinks', sink, 'publishers', index]);
        return line === undefined ? { url } : { url, line };
      }),
    })),
  };
}
