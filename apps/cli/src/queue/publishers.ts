import { hostname } from 'node:os';
import { dirname } from 'node:path';
import {
  completeDelivery,
  parsePipeline,
  publisherName,
  publisherProblems,
  splitDelivery,
} from '@nephometer/pipeline-config';
import { createCloud, OpenstackError } from '@nephometer/openstack';
import type { Cloud } from '@nephometer/openstack';
import type { DeliveryOptions, PublisherSettings } from '@nephometer/plugin';
import { checkPublisherUrl, completePublisherUrl, publisherFactoryOf } from '@nephometer/publishers';
import { ConfigError, readConfigFile } from '@nephometer/service';
import type { Parsed } from '@nephometer/service';
import { loadCoordinatorConfig } from '@nephometer/service-config';
import type { CoordinatorConfig } from '@nephometer/service-config';
import { CliError } from '../cli-error.ts';

/** A publisher and how samples get to it. */
export interface NamedPublisher {
  /** Its URL without passwords: what is shown. */
  readonly name: string;
  /** With them. */
  readonly url: string;
  readonly options: DeliveryOptions;
}

/** What a coordinator.yaml says about queues and publishers. */
export interface Setup {
  readonly config: CoordinatorConfig;
  /** Those of the pipeline file, each once, in its order. */
  readonly publishers: readonly NamedPublisher[];
}

/** Where a {@link Setup} is read. */
export interface SetupInput {
  /** Path of coordinator.yaml. */
  readonly file: string;
  /** Counts as it does for the coordinator. */
  readonly env: Readonly<NodeJS.ProcessEnv>;
  readonly signal: AbortSignal;
}

/**
 * Reads coordinator.yaml and the publishers of its pipeline file; touches no target.
 *
 * @throws ConfigError if one of them is faulty; the signal's reason
 */
export async function readSetup({ file, env, signal }: SetupInput): Promise<Setup> {
  const config = valueOf(await loadCoordinatorConfig({ file, flags: {}, env, signal }));
  const { pipelineFile, pollingFile } = config;
  const { text } = valueOf(await readConfigFile(pipelineFile, signal));
  const pipeline = valueOf(parsePipeline(text, { file: pipelineFile, doesPolling: pollingFile === undefined }));
  const problems = publisherProblems(pipeline, pipelineFile, (url) => checkPublisherUrl(url, undefined, config));
  if (problems.length > 0) throw new ConfigError(problems);
  const publishers = pipeline.sinks.flatMap((sink) => sink.publishers);
  const byUrl = new Map(publishers.map(({ url, delivery }) => [url, namedPublisher(url, delivery)]));
  return { config, publishers: [...byUrl.values()] };
}

/** Warnings are for `nephometer validate` to show, and for the coordinator's log. */
function valueOf<T>(parsed: Parsed<T>): T {
  if (!parsed.ok) throw new ConfigError(parsed.problems);
  return parsed.value;
}

function namedPublisher(url: string, delivery: Partial<DeliveryOptions> | undefined): NamedPublisher {
  const options = completeDelivery(delivery, publisherFactoryOf(url)?.delivery);
  return { name: publisherName(url), url, options };
}

/** The name of a publisher as somebody may write it: with the options of the delivery, without `://`. */
export function nameOf(written: string): string {
  return publisherName(splitDelivery(completePublisherUrl(written)).url);
}

/** The publisher that somebody wrote on the command line: one of the pipeline by its name, so that its password need not be there, or any other. */
export function publisherOf(written: string, { config, publishers }: Setup): NamedPublisher {
  const known = publishers.find(({ name }) => name === nameOf(written));
  if (known) return known;
  const { url, delivery, problems } = splitDelivery(completePublisherUrl(written));
  const all = [...problems, ...checkPublisherUrl(url, undefined, config)];
  if (all.length > 0) throw new CliError('invalid-option', `${publisherName(url)}: ${all.join('; ')}`);
  return namedPublisher(url, delivery);
}

/** Publishers that show what they have as long as they run: nothing would be left of it when the command ends. */
const shortLived: readonly string[] = ['exporter', 'test'];

/** Throws a CliError if samples that are sent to a publisher from here would be nowhere afterwards. */
export function checkKeeps({ name, url }: NamedPublisher): void {
  const scheme = publisherFactoryOf(url)?.scheme ?? '';
  if (!shortLived.includes(scheme)) return;
  const message = `${name}: "${scheme}" keeps samples only as long as it runs, so they would be lost; name another publisher`;
  throw new CliError('invalid-option', message);
}

/** What publishers are made with, as in the coordinator; `close` after them. */
export interface PublisherContext {
  readonly settings: Omit<PublisherSettings, 'warn'>;
  close(): Promise<void>;
}

/** @throws ConfigError if the section `openstack` is not what it should be */
export function createPublisherContext(
  { config }: Setup,
  file: string,
  stdout: PublisherSettings['stdout'],
): PublisherContext {
  const cloud = config.openstack && openCloud(config.openstack, file);
  return {
    settings: {
      stdout,
      telemetrySecret: config.telemetrySecret,
      hostName: hostname(),
      compat: config.compat,
      baseDirectory: dirname(config.pipelineFile),
      ...(cloud && { cloud }),
      ...(config.transportUrl !== undefined && { transportUrl: config.transportUrl }),
    },
    close: async () => cloud?.close(),
  };
}

function openCloud(openstack: NonNullable<CoordinatorConfig['openstack']>, file: string): Cloud {
  try {
    return createCloud(openstack);
  } catch (error) {
    if (!(error instanceof OpenstackError)) throw error;
    throw new ConfigError([{ file, path: 'openstack', message: error.message }]);
  }
}
