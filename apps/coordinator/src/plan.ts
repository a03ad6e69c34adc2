import type { Discovery, Pollster, PublisherFactory, Registry, TransformerFactory } from '@nephometer/plugin';
import {
  discoveryProblems,
  hasTransformers,
  isPassedOver,
  parsePipeline,
  parsePolling,
  pollingOf,
  publisherProblems,
  transformerProblems,
  unknownMeters,
} from '@nephometer/pipeline-config';
import type { KnownMeters, PipelineConfig, PollingConfig, PublisherCheck } from '@nephometer/pipeline-config';
import { uncollectedMeterNames } from '@nephometer/pollsters';
import { checkPublisherUrl } from '@nephometer/publishers';
import { readConfigFile } from '@nephometer/service';
import type { Parsed, Problem } from '@nephometer/service';
import type { CoordinatorConfig } from '@nephometer/service-config';
import { buildTasks } from './build-tasks.ts';
import type { Task } from './build-tasks.ts';

/** What plugs into the coordinator. */
export interface Plugins {
  readonly pollsters: Registry<Pollster>;
  readonly discoveries: Registry<Discovery>;
  readonly transformers: Registry<TransformerFactory>;
  readonly publishers: Registry<PublisherFactory>;
}

/** What the coordinator will do: its configuration files, read, checked against each other and against the plugins. */
export interface Plan {
  readonly tasks: readonly Task[];
  readonly pipeline: PipelineConfig;
}

/**
 * Reads the polling and pipeline files that a configuration names. Gives every problem of both files at once; touches no
 * publisher's target.
 */
export async function loadPlan(config: CoordinatorConfig, plugins: Plugins): Promise<Parsed<Plan>> {
  const { polling, pipeline } = await readFiles(config, plugins);
  const problems = [...problemsOf(polling), ...(pipeline === polling ? [] : problemsOf(pipeline))];
  const warnings = [...polling.warnings, ...(pipeline.warnings === polling.warnings ? [] : pipeline.warnings)];
  const transformed = pipeline.ok && hasTransformers(pipeline.value);
  if (polling.ok) {
    problems.push(...discoveryProblems(polling.value, [...plugins.discoveries.keys()]));
    warnings.push(...unknownMeters(polling.value, knownMeters(plugins, transformed)));
  }
  if (pipeline.ok) {
    problems.push(...publisherProblems(pipeline.value, config.pipelineFile, publisherCheck(config, plugins)));
    problems.push(...transformerProblems(pipeline.value, config.pipelineFile, plugins.transformers.values()));
  }
  if (!polling.ok || !pipeline.ok || problems.length > 0) return { ok: false, problems, warnings };

  const pollsters = [...plugins.pollsters.values()];
  const tasks = buildTasks(polling.value, { pollsters, hasTransformers: transformed });
  if (tasks.length === 0) {
    const file = polling.value.file ?? config.pipelineFile;
    const message = 'no source matches a meter that is collected here, so there is nothing to poll';
    return { ok: false, problems: [{ file, path: 'sources', message }], warnings };
  }
  return { ok: true, value: { tasks, pipeline: pipeline.value }, warnings };
}

function publisherCheck(config: CoordinatorConfig, { publishers }: Plugins): PublisherCheck {
  const factories = [...publishers.values()];
  return (url) => checkPublisherUrl(url, factories, config);
}

function knownMeters({ pollsters }: Plugins, transformed: boolean): KnownMeters {
  const all = [...pollsters.values()];
  return {
    ours: all.map(({ name }) => name),
    byNameOnly: all.filter((pollster) => isPassedOver(pollster, transformed)).map(({ name }) => name),
    upstream: uncollectedMeterNames,
  };
}

/** The files whose change changes the plan. */
export function planFiles({ pollingFile, pipelineFile }: CoordinatorConfig): string[] {
  return [...(pollingFile === undefined ? [] : [pollingFile]), pipelineFile];
}

interface Files {
  readonly polling: Parsed<PollingConfig>;
  readonly pipeline: Parsed<PipelineConfig>;
}

async function readFiles(config: CoordinatorConfig, plugins: Plugins): Promise<Files> {
  const { pollingFile, pipelineFile } = config;
  const checkPublisher = publisherCheck(config, plugins);
  const parse = async <T>(file: string, parser: (text: string, file: string) => Parsed<T>): Promise<Parsed<T>> => {
    const read = await readConfigFile(file);
    return read.ok ? parser(read.value.text, file) : read;
  };
  const doesPolling = pollingFile === undefined;
  const pipeline = await parse(pipelineFile, (text, file) =>
    parsePipeline(text, { file, doesPolling, checkPublisher }),
  );
  if (pollingFile !== undefined)
    return { pipeline, polling: await parse(pollingFile, (text, file) => parsePolling(text, { file })) };
  // As in 2015: one file does both jobs. Its problems are already those of the pipeline.
  const polling: Parsed<PollingConfig> = pipeline.ok
    ? { ok: true, value: { ...pollingOf(pipeline.value), file: pipelineFile }, warnings: [] }
    : { ok: false, problems: [], warnings: [] };
  return { pipeline, polling };
}

function problemsOf(parsed: Parsed<unknown>): readonly Problem[] {
  return parsed.ok ? [] : parsed.problems;
}
