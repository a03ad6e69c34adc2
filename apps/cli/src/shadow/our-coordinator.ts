import { writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { CliError } from '../cli-error.ts';
import { startService } from '../dev/service-process.ts';
import type { LogRecord, ServiceProcess } from '../dev/service-process.ts';
import type { OurFiles } from './our-files.ts';
import { PASSWORD_VARIABLE } from './queue/queue-address.ts';

/** URL of the publisher that brings our samples here. */
export const OUR_PUBLISHER = 'console://?json';

/** What {@link startOurCoordinator} needs to know. */
export interface OurCoordinatorSettings {
  /** The operator's coordinator.yaml. */
  readonly file: string;
  readonly files: OurFiles;
  /** Where files, sockets and state of this run go. */
  readonly directory: string;
  readonly env: Readonly<NodeJS.ProcessEnv>;
  /** Called with each record of its log. */
  readonly onLog: (record: LogRecord) => void;
  readonly signal: AbortSignal;
}

/** A coordinator whose samples come on its standard output. */
export interface OurCoordinator {
  readonly service: ServiceProcess;
  /** Unix socket of its `/metrics`. */
  readonly httpSocket: string;
}

/**
 * Starts a coordinator on the operator's coordinator.yaml; what must be its own is laid over it by the environment: pipeline,
 * state directory, addresses. Resolves when it is ready.
 *
 * @throws CliError `invalid-option` if it refuses the files, `start-failed` if it ends otherwise; the signal's reason
 */
export async function startOurCoordinator(settings: OurCoordinatorSettings): Promise<OurCoordinator> {
  const { file, files, directory, env, onLog, signal } = settings;
  const pipelineFile = join(directory, 'pipeline.yaml');
  const httpSocket = join(directory, 'http.sock');
  await writeFile(pipelineFile, files.pipeline);
  const own = Object.entries(env).filter(([name]) => name.startsWith('NEPHOMETER_') && name !== PASSWORD_VARIABLE);
  const variables = {
    ...Object.fromEntries(own),
    NEPHOMETER_PIPELINE_FILE: pipelineFile,
    NEPHOMETER_STATE_DIR: join(directory, 'state'),
    NEPHOMETER_HTTP: `unix:${httpSocket}`,
    ...(files.config.listen && { NEPHOMETER_LISTEN: `unix:${join(directory, 'listen.sock')}` }),
  };
  const service = await startService({
    name: 'coordinator',
    main: new URL('../../../coordinator/src/main.ts', import.meta.url),
    args: ['--config', resolve(file)],
    // Paths in the environment are relative to where the operator is.
    directory: process.cwd(),
    variables,
    onLog,
  });
  try {
    await service.ready(signal);
    return { service, httpSocket };
  } catch (error) {
    await service.stop();
    signal.throwIfAborted();
    if ((await service.ended) !== 'exit code 2') throw error;
    const log = service.logTail().replaceAll(pipelineFile, files.config.pipelineFile);
    throw new CliError('invalid-option', `the coordinator cannot work with ${file}:\n${log}`, { cause: error });
  }
}
