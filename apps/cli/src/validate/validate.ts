import { relative, resolve } from 'node:path';
import { pollingOf } from '@nephometer/pipeline-config';
import { formatProblem } from '@nephometer/service';
import type { Problem } from '@nephometer/service';
import type { CoordinatorConfig } from '@nephometer/service-config';
import { escapeControls } from '../text/display-width.ts';
import { printLines } from '../text/print.ts';
import type { Output } from '../text/print.ts';
import { checkFile } from './check-file.ts';
import type { CheckedFile } from './check-file.ts';
import { missingSettings } from './check-plugins.ts';
import { relationFindings } from './relations.ts';

/** What `nephometer validate` is asked. */
export interface ValidateSettings {
  /** Paths as the operator gave them; at least one. */
  readonly files: readonly string[];
  readonly stdout: Output;
  readonly signal: AbortSignal;
}

/**
 * Checks files of any of our kinds, and those that a coordinator file among them names; prints every problem and warning, and
 * a line for each file.
 *
 * @returns whether all are fine; warnings alone are
 * @throws the signal's reason
 */
export async function validate({ files, stdout, signal }: ValidateSettings): Promise<boolean> {
  const checked = await checkAll(files, signal);
  await printLines(stdout, checked.flatMap(linesOf), signal);
  return checked.every(({ problems }) => problems.length === 0);
}

async function checkAll(files: readonly string[], signal: AbortSignal): Promise<CheckedFile[]> {
  // Each file once, whatever it is called: by its absolute path.
  const results = new Map<string, CheckedFile>();
  const check = async (file: string, doesPolling: boolean): Promise<void> => {
    results.set(resolve(file), await checkFile({ file, doesPolling, signal }));
  };
  // Alone, a pipeline file may well be one that says what is polled, too.
  for (const file of files) if (!results.has(resolve(file))) await check(file, true);

  for (const [path, { names = [], coordinator }] of [...results]) {
    const doesPolling = !names.some(({ role }) => role === 'polling');
    for (const { path: named, role } of names) {
      const known = results.get(named);
      // What a pipeline file may say depends on who names it.
      if (known === undefined || (!doesPolling && role === 'pipeline'))
        await check(known?.file ?? shortest(named), doesPolling);
      const wrongRole = roleProblem(path, results, { path: named, role });
      if (wrongRole !== undefined) addFindings(results, path, { problems: [wrongRole], warnings: [] });
    }
    relate(results, { names, doesPolling, coordinator });
  }
  return [...results.values()];
}

type Results = Map<string, CheckedFile>;
type Named = NonNullable<CheckedFile['names']>[number];

/** A coordinator that names a pipeline file where a polling file belongs would not start either. */
function roleProblem(path: string, results: Results, { path: named, role }: Named): Problem | undefined {
  const coordinator = results.get(path);
  const { kind, file = named } = results.get(named) ?? {};
  if (coordinator === undefined || kind === undefined || kind === role) return undefined;
  return {
    file: coordinator.file,
    path: `${role}_file`,
    message: `${file} is a ${kind} file; name a ${role} file here`,
  };
}

interface Relation {
  readonly names: readonly Named[];
  readonly doesPolling: boolean;
  /** If it is a good one. */
  readonly coordinator: CoordinatorConfig | undefined;
}

function relate(results: Results, { names, doesPolling, coordinator }: Relation): void {
  const named = (role: Named['role']): string | undefined => names.find((one) => one.role === role)?.path;
  const pipelinePath = named('pipeline');
  const pollingPath = doesPolling ? pipelinePath : named('polling');
  if (pipelinePath === undefined || pollingPath === undefined) return;
  const { pipeline, file } = results.get(pipelinePath) ?? {};
  if (pipeline === undefined || file === undefined) return;
  const missing = coordinator ? missingSettings(pipeline, file, coordinator) : [];
  addFindings(results, pipelinePath, { problems: missing, warnings: [] });
  const polling = doesPolling ? { ...pollingOf(pipeline), file } : results.get(pollingPath)?.polling;
  if (polling !== undefined)
    addFindings(results, pollingPath, relationFindings(polling, pipeline, coordinator?.compat));
}

function addFindings(
  results: Results,
  path: string,
  { problems, warnings }: Pick<CheckedFile, 'problems' | 'warnings'>,
): void {
  const one = results.get(path);
  if (one === undefined) return;
  results.set(path, { ...one, problems: [...one.problems, ...problems], warnings: [...one.warnings, ...warnings] });
}

function linesOf({ file, kind, problems, warnings, summary }: CheckedFile): string[] {
  const findings = [
    ...problems,
    ...warnings.map((warning) => ({ ...warning, message: `warning: ${warning.message}` })),
  ];
  const inOrder = findings.toSorted((a, b) => (a.line ?? 0) - (b.line ?? 0));
  const counts = [
    ...(problems.length === 0 ? ['fine'] : [counted(problems.length, 'problem')]),
    ...(warnings.length === 0 ? [] : [counted(warnings.length, 'warning')]),
  ].join(', ');
  const what = [kind, problems.length === 0 ? summary : undefined].filter(Boolean).join(' with ');
  const last = `${file}: ${counts}${what === '' ? '' : ` (${what})`}`;
  return [...inOrder.map(formatProblem), last].map(escapeControls);
}

function counted(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}

/** A path as short as it can be said from here. */
function shortest(path: string): string {
  const fromHere = relative('.', path);
  return fromHere.length < path.length && fromHere !== '' ? fromHere : path;
}
