import { fileURLToPath } from 'node:url';
import { startProcess } from '@nephometer/test-kit';
import type { Measured } from './measure-contenders.ts';
import type { SubjectOrder } from './subject.ts';

/** What a subject's process has found out. */
export interface SubjectAnswer {
  readonly samplesPerCycle: number;
  /** The counting publisher behind a queue in memory first. */
  readonly measured: readonly Measured[];
  /** What a reader of the numbers has to know. */
  readonly remarks: readonly string[];
}

const main = fileURLToPath(new URL('./subject-main.ts', import.meta.url));

/**
 * Measures one subject in a process of its own.
 *
 * @throws Error with what the process wrote when it failed; the signal's reason
 */
export async function runSubject(order: SubjectOrder, signal: AbortSignal): Promise<SubjectAnswer> {
  const subject = await startProcess(process.execPath, [main, JSON.stringify(order)], { signal, ownGroup: true });
  try {
    const { code } = await subject.exit;
    signal.throwIfAborted();
    const [answer] = subject.jsonLines('stdout');
    if (code === 0 && answer !== undefined) return answer as unknown as SubjectAnswer;
    throw new Error(reasonOf(subject.lines('stderr')));
  } finally {
    await subject[Symbol.asyncDispose]();
  }
}

/** The line of Node's report of an uncaught error that says what it was. */
function reasonOf(lines: readonly string[]): string {
  return lines.find((line) => /^(?:\w*Error\b|Error:)/.test(line)) ?? lines.at(-1) ?? 'it ended without a word';
}
