import type { DeliveryOptions } from '@nephometer/plugin';
import { addFindings, checkDocument, parseYaml } from '@nephometer/service';
import type { DocumentPath, Parsed, YamlDocument } from '@nephometer/service';
import { z } from 'zod';
import { pipelineProblems, pipelineWarnings } from './pipeline-relations.ts';
import type { PollingConfig } from './polling-config.ts';
import { isMapping } from './is-mapping.ts';
import { uncheckedPublishers } from './plugin-problems.ts';
import type { PublisherCheck } from './plugin-problems.ts';
import { publishersField } from './publishers-field.ts';
import { intervalField, metersField, nameField, optionalTextsField, sinkNamesField } from './source-fields.ts';
import { describeFile, duplicateNames, listField, renameCounters } from './source-list.ts';
import { linesWithin, transformersField } from './transformers-field.ts';

/** Where samples go: a `pipeline.yaml`, complete and valid. */
export interface PipelineConfig {
  /** The file it came from, for messages. */
  readonly file?: string;
  readonly sources: readonly PipelineSource[];
  readonly sinks: readonly PipelineSink[];
}

/** Meters that go to the same sinks. */
export interface PipelineSource {
  /** Unique among the sources. */
  readonly name: string;
  /** Patterns for {@link createMeterFilter}; at least one. */
  readonly meters: readonly string[];
  /** Line of each pattern in the file. */
  readonly meterLines?: readonly (number | undefined)[];
  /** Names of sinks that exist, each once; at least one. */
  readonly sinks: readonly string[];
  /** What a file that does both jobs says about polling, with its defaults; see {@link pollingOf}. */
  readonly polling?: PipelinePolling;
}

/** The polling half of a source in a file that does both jobs. */
export interface PipelinePolling {
  /** In ms. Default 600,000. */
  readonly intervalMs: number;
  readonly resources: readonly string[];
  readonly discovery: readonly string[];
  /** Line of each of them in the file. */
  readonly discoveryLines?: readonly (number | undefined)[];
}

/** Where samples end. */
export interface PipelineSink {
  /** Unique among the sinks. */
  readonly name: string;
  /** In the order of the file; at least one. */
  readonly publishers: readonly PipelinePublisher[];
  /** What samples go through before they are published, in order; empty if nothing. */
  readonly transformers: readonly PipelineTransformer[];
}

/** One place in a sink's chain of transformers. */
export interface PipelineTransformer {
  /** Whether a transformer of that name exists is not checked here. */
  readonly name: string;
  /** A mapping as YAML gives it; `null` if left empty. */
  readonly parameters: unknown;
  /** Where it stands in the file, for messages. Changes when lines are added above: two configs are compared without it. */
  readonly place?: TransformerPlace;
}

/** Where a transformer stands in its file. */
export interface TransformerPlace {
  readonly path: DocumentPath;
  readonly line?: number;
  /** The line of each part of the parameters by its path within them, `target.scale`; `''` is all of them. */
  readonly parameterLines?: ReadonlyMap<string, number>;
}

export interface PipelinePublisher {
  /**
   * With a scheme and `://`, otherwise as written, without the options of the delivery. Whether a publisher for it exists is not
   * checked here.
   */
  readonly url: string;
  /** What the file says about the delivery; the same wherever it names this URL. Default: nothing. */
  readonly delivery?: Partial<DeliveryOptions>;
  /** Its line in the file. */
  readonly line?: number;
  /** The lines of the options beside its URL, by their names. */
  readonly optionLines?: ReadonlyMap<string, number>;
}

/** How to read a pipeline.yaml. */
export interface PipelineOptions {
  readonly file: string;
  /**
   * Whether this file also says what is polled (there is no polling.yaml). Default false: then a warning names each key
   * that does nothing.
   */
  readonly doesPolling?: boolean;
  /**
   * For {@link publisherProblems}, which can only look at a good file: of one that is refused all the same, these problems are
   * among those that are told. Default: nothing is wrong with any publisher.
   */
  readonly checkPublisher?: PublisherCheck;
}

const bothRequired = 'Both sources & sinks are required; add the one that is missing';
const unread = z
  .unknown()
  .optional()
  .transform((): undefined => undefined);

/** The shape of the file, with or without the half that says what is polled: a key that nobody reads may hold anything. */
function createSchema(doesPolling: boolean) {
  return z.strictObject(
    {
      sources: listField(
        'sources',
        {
          name: nameField('source'),
          meters: metersField(),
          sinks: sinkNamesField(),
          interval: doesPolling ? intervalField({ defaultS: 600 }) : unread,
          resources: doesPolling ? optionalTextsField('Resources') : unread,
          discovery: doesPolling ? optionalTextsField('Discovery') : unread,
        },
        bothRequired,
      ),
      sinks: listField(
        'sinks',
        { name: nameField('sink'), publishers: publishersField(), transformers: transformersField() },
        bothRequired,
      ),
    },
    { error: describeFile },
  );
}

const schema = createSchema(false);
const schemaWithPolling = createSchema(true);

type PipelineFile = z.output<ReturnType<typeof createSchema>>;

/**
 * Reads a `pipeline.yaml` in Ceilometer's format, of any year, YAML 1.1 as PyYAML reads it. Never throws. What Ceilometer
 * refuses is refused in its words; so is what makes it crash. Whether publishers, transformers and discoveries of these
 * names exist is for {@link publisherProblems} and its siblings to say.
 *
 * @param text the file's content; bytes must be UTF-8
 */
export function parsePipeline(
  text: string | Uint8Array,
  { file, doesPolling = false, checkPublisher = () => [] }: PipelineOptions,
): Parsed<PipelineConfig> {
  const parsed = parseYaml(text, { file, dialect: 'yaml11' });
  if (!parsed.ok) return parsed;
  const { document, warnings } = renameCounters(parsed.value);
  const checked = checkDocument(document, doesPolling ? schemaWithPolling : schema);
  const config: Parsed<PipelineConfig> = checked.ok
    ? { ...checked, value: toConfig(document, checked.value) }
    : checked;
  const result = addFindings(config, {
    problems: [
      ...duplicateNames(document, 'sources'),
      ...duplicateNames(document, 'sinks'),
      ...pipelineProblems(document),
    ],
    warnings: [...warnings, ...pipelineWarnings(document, { doesPolling })],
  });
  return result.ok ? result : addFindings(result, { problems: uncheckedPublishers(document, checkPublisher) });
}

/** What a pipeline.yaml of 2015 polls, where there is no polling.yaml; every line of it is one of that file. */
export function pollingOf({ file, sources }: PipelineConfig): PollingConfig {
  return {
    ...(file !== undefined && { file }),
    sources: sources.map(({ name, meters, meterLines, polling }) => ({
      name,
      meters,
      ...(meterLines !== undefined && { meterLines }),
      ...(polling ?? { intervalMs: 600_000, resources: [], discovery: [] }),
    })),
  };
}

/** Whether a document of unknown kind looks like a pipeline.yaml, however faulty: it has sinks. */
export function isPipelineConfig(value: unknown): boolean {
  return isMapping(value) && Object.hasOwn(value, 'sinks');
}

function toConfig(document: YamlDocument, { sources, sinks }: PipelineFile): PipelineConfig {
  return {
    file: document.file,
    sources: sources.map((source, index) => toSource(document, source, index)),
    sinks: sinks.map(({ name, publishers, transformers }, sink) => ({
      name,
      publishers: publishers.map((publisher, index) => {
        const path = ['sinks', sink, 'publishers', index];
        return withLine({ ...publisher, ...optionLines(document, path) }, document, path);
      }),
      transformers: transformers.map((transformer, index) => {
        const path = ['sinks', sink, 'transformers', index];
        const parameterLines = linesWithin(document, [...path, 'parameters'], transformer.parameters);
        return { ...transformer, place: withLine({ path, parameterLines }, document, path) };
      }),
    })),
  };
}

function toSource(
  document: YamlDocument,
  { name, meters, sinks, interval, resources = [], discovery = [] }: PipelineFile['sources'][number],
  source: number,
): PipelineSource {
  const linesOf = (key: string, list: readonly string[]): (number | undefined)[] =>
    list.map((_, index) => document.lineOf(['sources', source, key, index]));
  const discoveryLines = discovery.length > 0 && { discoveryLines: linesOf('discovery', discovery) };
  return {
    name,
    meters,
    meterLines: linesOf('meters', meters),
    sinks,
    ...(interval !== undefined && { polling: { intervalMs: interval, resources, discovery, ...discoveryLines } }),
  };
}

/** Of a publisher that is a mapping. */
function optionLines(
  document: YamlDocument,
  path: DocumentPath,
): { readonly optionLines?: ReadonlyMap<string, number> } {
  const entry = valueAt(document.value, path);
  return isMapping(entry) ? { optionLines: linesWithin(document, path, entry) } : {};
}

function valueAt(value: unknown, path: DocumentPath): unknown {
  return path.reduce<unknown>((part, key) => (part as Readonly<Record<string | number, unknown>>)[key], value);
}

function withLine<T extends object>(place: T, document: YamlDocument, path: DocumentPath): T & { line?: number } {
  const line = document.lineOf(path);
  return line === undefined ? place : { ...place, line };
}
