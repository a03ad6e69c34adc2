import { hasTransformers, parsePipeline, parsePolling, pollingOf } from '@nephometer/pipeline-config';
import type { PollingConfig } from '@nephometer/pipeline-config';
import { ConfigError, parseYaml, readConfigFile } from '@nephometer/service';
import type { Parsed } from '@nephometer/service';
import { loadCoordinatorConfig } from '@nephometer/service-config';
import type { CoordinatorConfig } from '@nephometer/service-config';

/** The operator's files, as far as a comparison needs to know them. */
export interface OurFiles {
  readonly config: CoordinatorConfig;
  /** Intervals of the polling sources, each once, shortest first, in ms. */
  readonly intervalsMs: readonly number[];
  /** Whether anything transforms samples on their way. */
  readonly hasTransformers: boolean;
  /** The pipeline file, as JSON, with `publisher` in place of all publishers. */
  readonly pipeline: string;
}

/** Where the operator's files are, and what is to become of their publishers. */
export interface OurFilesSettings {
  /** Path of coordinator.yaml. */
  readonly file: string;
  /** The environment counts as it does for the coordinator. */
  readonly env: Readonly<NodeJS.ProcessEnv>;
  /** URL of the publisher that gets all samples instead. */
  readonly publisher: string;
  readonly signal: AbortSignal;
}

/**
 * Reads coordinator.yaml and the files that it names. Nothing else in them is changed, so that what is compared is what would
 * have been published: also what sources of the pipeline pick, and what transformers make of it.
 *
 * @throws ConfigError if one of them is faulty; the signal's reason
 */
export async function readOurFiles({ file, env, publisher, signal }: OurFilesSettings): Promise<OurFiles> {
  const config = valueOf(await loadCoordinatorConfig({ file, flags: {}, env, signal }));
  const { pollingFile, pipelineFile } = config;
  const doesPolling = pollingFile === undefined;
  const pipelineText = await textOf(pipelineFile, signal);
  const pipeline = valueOf(parsePipeline(pipelineText, { file: pipelineFile, doesPolling }));
  const polling = doesPolling ? pollingOf(pipeline) : await readPolling(pollingFile, signal);
  const document = valueOf(parseYaml(pipelineText, { file: pipelineFile, dialect: 'yaml11' }));
  const intervals = new Set(polling.sources.map(({ intervalMs }) => intervalMs));
  return {
    config,
    intervalsMs: [...intervals].sort((left, right) => left - right),
    hasTransformers: hasTransformers(pipeline),
    pipeline: JSON.stringify(replacePublishers(document.value as PipelineDocument, publisher)),
  };
}

/** What {@link parsePipeline} has found to be so. */
interface PipelineDocument {
  readonly sinks: readonly object[];
}

function replacePublishers(document: PipelineDocument, publisher: string): PipelineDocument {
  return { ...document, sinks: document.sinks.map((sink) => ({ ...sink, publishers: [publisher] })) };
}

async function readPolling(file: string, signal: AbortSignal): Promise<PollingConfig> {
  return valueOf(parsePolling(await textOf(file, signal), { file }));
}

async function textOf(file: string, signal: AbortSignal): Promise<string> {
  return valueOf(await readConfigFile(file, signal)).text;
}

/** Warnings are for `nephometer validate` to show, and for the coordinator's log. */
function valueOf<T>(parsed: Parsed<T>): T {
  if (!parsed.ok) throw new ConfigError(parsed.problems);
  return parsed.value;
}
