import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** What the generated files are to say. */
export interface DevConfig {
  /** Where they go. */
  readonly directory: string;
  readonly intervalS: number;
  /** Lines of inspector.yaml that choose the hypervisor. */
  readonly hypervisor: readonly string[];
}

/** The files of a `dev` run. */
export interface DevFiles {
  readonly inspectorFile: string;
  readonly coordinatorFile: string;
  /** Where the inspector listens, as `nephometer inspect` takes it. */
  readonly inspectorTarget: string;
}

/**
 * Writes the four files of a working set-up: inspector.yaml, coordinator.yaml, polling.yaml (all meters) and pipeline.yaml
 * (to the console). Services talk over unix sockets in the same directory, so nothing else on the machine is in the way.
 */
export async function writeConfig({ directory, intervalS, hypervisor }: DevConfig): Promise<DevFiles> {
  const inspectorTarget = `unix:${join(directory, 'inspector.sock')}`;
  const files: Readonly<Record<string, readonly string[]>> = {
    'inspector.yaml': [`listen: ${JSON.stringify(inspectorTarget)}`, ...hypervisor],
    'coordinator.yaml': [
      'polling_file: polling.yaml',
      'pipeline_file: pipeline.yaml',
      'inspectors:',
      `  - targets: [${JSON.stringify(inspectorTarget)}]`,
      'state_dir: state',
    ],
    'polling.yaml': ['sources:', '  - name: all', `    interval: ${intervalS}`, '    meters: ["*"]'],
    'pipeline.yaml': [
      'sources:',
      '  - name: all',
      '    meters: ["*"]',
      '    sinks: [console]',
      'sinks:',
      '  - name: console',
      '    publishers: ["console://?json"]',
    ],
  };
  for (const [name, lines] of Object.entries(files)) {
    await writeFile(join(directory, name), `${lines.join('\n')}\n`);
  }
  return {
    inspectorFile: join(directory, 'inspector.yaml'),
    coordinatorFile: join(directory, 'coordinator.yaml'),
    inspectorTarget,
  };
}
