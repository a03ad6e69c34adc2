import { dirname, resolve } from 'node:path';
import { parsePipeline, parsePolling, pollingOf } from '@nephometer/pipeline-config';
import type { PipelineConfig, PollingConfig } from '@nephometer/pipeline-config';
import { checkPublisherUrl } from '@nephometer/publishers';
import { parseYaml, readConfigFile } from '@nephometer/service';
import type { Parsed, Problem, YamlDocument } from '@nephometer/service';
import { loadCoordinatorConfig, loadInspectorConfig } from '@nephometer/service-config';
import type { CoordinatorConfig } from '@nephometer/service-config';
import { meterWarnings, missingDiscoveries, sinkProblems } from './check-plugins.ts';
import { fileKindOf, fileKindsExplained } from './file-kind.ts';
import type { FileKind } from './file-kind.ts';
import { describeCoordinator, describeInspector, describePipeline, describePolling } from './describe-config.ts';

/** A file that a coordinator file names, and what for. */
export interface NamedFile {
  /** Absolute. */
  readonly path: string;
  readonly role: 'polling' | 'pipeline';
}

/** What is known about a file after it was looked at. */
export interface CheckedFile {
  readonly file: string;
  /** Absent: not read, or of no known kind. */
  readonly kind?: FileKind;
  readonly problems: readonly Problem[];
  readonly warnings: readonly Problem[];
  /** What a good file says, in a few words. */
  readonly summary?: string;
  /** Set for a good polling file, or a pipeline file that does both jobs. */
  readonly polling?: PollingConfig;
  /** Set for a good pipeline file. */
  readonly pipeline?: PipelineConfig;
  /** Set for a good coordinator file. */
  readonly coordinator?: CoordinatorConfig;
  /** Set for a coordinator file, good or bad. */
  readonly names?: readonly NamedFile[];
}

/** How a file is to be read. */
export interface CheckOptions {
  /** The file as the operator named it. */
  readonly file: string;
  /** A coordinator names this pipeline file and no polling file: it says what is polled, too. */
  readonly doesPolling: boolean;
  readonly signal: AbortSignal;
}

/**
 * Looks at one file alone: which kind it is, by its content, and every problem in it. Variables of the environment do not
 * count. Rejects with the signal's reason when aborted.
 */
export async function checkFile({ file, doesPolling, signal }: CheckOptions): Promise<CheckedFile> {
  const read = await readConfigFile(file, signal);
  if (!read.ok) return { file, problems: read.problems, warnings: read.warnings };
  const { text } = read.value;
  // Only to tell the kind; YAML 1.1 takes all that 1.2 does, and the keys mean the same in both.
  const document = parseYaml(text, { file, dialect: 'yaml11' });
  if (!document.ok) return { file, problems: document.problems, warnings: document.warnings };
  const kind = fileKindOf(document.value.value);
  switch (kind) {
    case 'polling':
      return checkPolling(file, parsePolling(text, { file }), document.value);
    case 'pipeline':
      return checkPipeline(
        file,
        parsePipeline(text, { file, doesPolling, checkPublisher: (url) => checkPublisherUrl(url) }),
        { document: document.value, doesPolling },
      );
    case 'coordinator': {
      const parsed = await loadCoordinatorConfig({ file, flags: {}, env: {}, signal });
      const names = namedFiles(file, document.value.value, findingsOf(parsed).problems);
      return {
        file,
        kind,
        ...findingsOf(parsed),
        ...(parsed.ok && { summary: describeCoordinator(parsed.value), coordinator: parsed.value }),
        names,
      };
    }
    case 'inspector': {
      const parsed = await loadInspectorConfig({ file, flags: {}, env: {}, signal });
      return { file, kind, ...findingsOf(parsed), ...(parsed.ok && { summary: describeInspector(parsed.value) }) };
    }
    case undefined:
      return {
        file,
        problems: [{ file, line: 1, path: '', message: `this is none of our files: ${fileKindsExplained}` }],
        warnings: [],
      };
  }
}

function checkPolling(file: string, parsed: Parsed<PollingConfig>, document: YamlDocument): CheckedFile {
  const { problems, warnings } = findingsOf(parsed);
  if (!parsed.ok) return { file, kind: 'polling', problems, warnings };
  return {
    file,
    kind: 'polling',
    problems: missingDiscoveries(parsed.value),
    warnings: [...warnings, ...meterWarnings(parsed.value, file, document)],
    summary: describePolling(parsed.value),
    polling: parsed.value,
  };
}

function checkPipeline(
  file: string,
  parsed: Parsed<PipelineConfig>,
  { document, doesPolling }: { readonly document: YamlDocument; readonly doesPolling: boolean },
): CheckedFile {
  const { problems, warnings } = findingsOf(parsed);
  if (!parsed.ok) return { file, kind: 'pipeline', problems, warnings };
  return {
    file,
    kind: 'pipeline',
    problems: [
      ...(doesPolling ? missingDiscoveries(pollingOf(parsed.value)) : []),
      ...sinkProblems(parsed.value, file),
    ],
    warnings: [...warnings, ...meterWarnings(parsed.value, file, document)],
    summary: describePipeline(parsed.value),
    pipeline: parsed.value,
  };
}

function findingsOf(parsed: Parsed<unknown>): Pick<CheckedFile, 'problems' | 'warnings'> {
  return { problems: parsed.ok ? [] : parsed.problems, warnings: parsed.warnings };
}

/** The files that a coordinator file names, also where it is faulty otherwise; those known to be missing left out. */
function namedFiles(file: string, value: unknown, problems: readonly Problem[]): NamedFile[] {
  const keys: Readonly<Record<string, unknown>> = { ...(value as object) };
  return (['polling', 'pipeline'] as const).flatMap((role) => {
    const name = keys[`${role}_file`];
    const isFaulty = problems.some(({ path }) => path === `${role}_file`);
    return typeof name !== 'string' || name === '' || isFaulty ? [] : [{ path: resolve(dirname(file), name), role }];
  });
}
