import { formatProblem } from '@nephometer/service';
import type { Logger, Problem } from '@nephometer/service';

/** Logs each problem of a configuration that is not used. */
export function logProblems(logger: Logger, problems: readonly Problem[]): void {
  for (const problem of problems) logger.error({ problem: formatProblem(problem) }, 'configuration');
}
