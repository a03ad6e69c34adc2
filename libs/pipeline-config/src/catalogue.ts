import { readFile } from 'node:fs/promises';
import { parseYaml } from '@nephometer/service';
import type { Problem } from '@nephometer/service';
import { parsePipeline, pollingOf } from './pipeline-config.ts';
import type { PipelineConfig } from './pipeline-config.ts';
import { discoveryProblems, transformerProblems } from './plugin-problems.ts';
import { parsePolling } from './polling-config.ts';
import type { PollingConfig } from './polling-config.ts';
import { unknownMeters } from './unknown-meters.ts';

/** What the tests of this package share: the catalogue of messages, and all that is said about a file. */

/** `both` is a pipeline.yaml that says what is polled as well. */
export type Kind = 'polling' | 'pipeline' | 'both';

/** An entry of the catalogue. */
export interface Message {
  /** With `…` for any text within a line. */
  readonly message: string;
  /** The whole of a message that is this one. */
  readonly pattern: RegExp;
  /** A file that meets it. */
  readonly as: Kind;
  readonly content: string | Uint8Array;
}

/** A document of `testdata`, as YAML 1.1 has it. Rejects if it cannot be read. */
export async function loadTestdata(name: string): Promise<unknown> {
  const text = await readFile(new URL(`../testdata/${name}`, import.meta.url));
  const parsed = parseYaml(text, { file: name, dialect: 'yaml11' });
  if (!parsed.ok) throw new Error(`${name}: ${JSON.stringify(parsed.problems)}`);
  return parsed.value.value;
}

/** The catalogue. */
export async function loadMessages(): Promise<readonly Message[]> {
  const entries = (await loadTestdata('messages.yaml')) as readonly (Omit<Message, 'pattern'> & { message: string })[];
  return entries.map((entry) => {
    const parts = entry.message.split('…').map((part) => part.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'));
    return { ...entry, pattern: new RegExp(`^${parts.join('[^\\n\\r]*')}$`) };
  });
}

/** All that is said about a file, and what it is taken for if nothing stands against it. */
export interface Examined {
  readonly problems: readonly Problem[];
  readonly warnings: readonly Problem[];
  readonly polling?: PollingConfig;
  readonly pipeline?: PipelineConfig;
}

const meters = {
  ours: ['cpu', 'memory.usage', 'disk.read.bytes'],
  byNameOnly: ['disk.read.bytes'],
  upstream: ['volume.size'],
};
const discoveries = ['local_instances', 'local_node', 'endpoint'];
const transformers = ['delta', 'rate_of_change'].map((name) => ({ name, validate: () => [] }));

/** Reads a file and checks it against a few plugins. */
export function examine(kind: Kind, text: string | Uint8Array): Examined {
  if (kind === 'polling') {
    const parsed = parsePolling(text, { file: 'a.yaml' });
    return parsed.ok ? withPolling({ ...parsed, problems: [] }, parsed.value) : parsed;
  }
  const parsed = parsePipeline(text, { file: 'a.yaml', doesPolling: kind === 'both' });
  if (!parsed.ok) return parsed;
  const pipeline = parsed.value;
  const problems = transformerProblems(pipeline, 'a.yaml', transformers);
  const examined = { problems, warnings: parsed.warnings, pipeline };
  return kind === 'pipeline' ? examined : withPolling(examined, pollingOf(pipeline));
}

function withPolling(examined: Examined, polling: PollingConfig): Examined {
  return {
    ...examined,
    problems: [...examined.problems, ...discoveryProblems(polling, discoveries)],
    warnings: [...examined.warnings, ...unknownMeters(polling, meters)],
    polling,
  };
}
