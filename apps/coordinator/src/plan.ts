import type { Discovery, Pollster, Publisher, PublisherFactory, PublisherSettings, Registry } from '@nephometer/plugin';
import {
  discoveryProblems,
  parsePipeline,
  parsePolling,
  pollingOf,
  publisherProblems,
  unknownMeters,
} from '@nephometer/pipeline-config';
import type { PipelineConfig, PollingConfig } from '@nephometer/pipeline-config';
import { uncollectedMeterNames } from '@nephometer/pollsters';
import { checkPublisherUrl, createPublisher } from '@nephometer/publishers';
import { readConfigFile } from '@nephometer/service';
import type { Parsed, Problem } from '@nephometer/service';
import type { CoordinatorConfig } from '@nephometer/service-config';
import { buildTasks } from './build-tasks.ts';
import type { Task } from './build-tasks.ts';

/** What plugs into the coordinator. */
export interface Plugins {
  readonly pollsters: Registry<Pollster>;
  readonly discoveries: Registry<Discovery>;
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
  const { polling, pipeline } = await readFiles(config);
  const problems = [...problemsOf(polling), ...(pipeline === polling ? [] : problemsOf(pipeline))];
  const warnings = [...polling.warnings, ...(pipeline.warnings === polling.warnings ? [] : pipeline.warnings)];
  if (polling.ok) {
    problems.push(...discoveryProblems(polling.value, [...plugins.discoveries.keys()]));
    warnings.push(
      ...unknownMeters(polling.value, { ours: [...plugins.pollsters.keys()], upstream: uncollectedMeterNames }),
    );
  }
  if (pipeline.ok) {
    const factories = [...plugins.publishers.values()];
    const check = (url: string): readonly string[] => checkPublisherUrl(url, factories);
    problems.push(...publisherProblems(pipeline.value, config.pipelineFile, check));
  }
  if (!polling.ok || !pipeline.ok || problems.length > 0) return { ok: false, problems, warnings };

  const tasks = buildTasks(polling.value, plugins.pollsters.values());
  if (tasks.length === 0) {
    const file = polling.value.file ?? config.pipelineFile;
    const message = 'no source matches a meter that is collected here, so there is nothing to poll';
    return { ok: false, problems: [{ file, path: 'sources', message }], warnings };
  }
  return { ok: true, value: { tasks, pipeline: pipeline.value }, warnings };
}

/** The publishers of a plan's sinks, one for each distinct URL. */
export function createPublishers(
  { sinks }: PipelineConfig,
  factories: Registry<PublisherFactory>,
  settings: PublisherSettings,
): Map<string, Publisher> {
  const urls = new Set(sinks.flatMap((sink) => sink.publishers.map(({ url }) => url)));
  return new Map([...urls].map((url) => [url, createPublisher(url, settings, [...factories.values()])]));
}

interface Files {
  readonly polling: Parsed<PollingConfig>;
  readonly pipeline: Parsed<PipelineConfig>;
}

async function readFiles({ pollingFile, pipelineFile }: CoordinatorConfig): Promise<Files> {
  const parse = async <T>(file: string, parser: (text: string, file: string) => Parsed<T>): Promise<Parsed<T>> => {
    const read = await readConfigFile(file);
    return read.ok ? parser(read.value.text, file) : read;
  };
  const doesPolling = pollingFile === undefined;
  const pipeline = await parse(pipelineFile, (text, file) => parsePipeline(text, { file, doesPolling }));
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
