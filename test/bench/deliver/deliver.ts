import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { DeadlineError, withDeadline } from '@nephometer/abortable';
import { publisherFactories } from '@nephometer/publishers';
import { temporaryDirectory } from '@nephometer/test-kit';
import type { Scenario, ScenarioContext } from '../scenario.ts';
import { deliveryLines } from './delivery-lines.ts';
import type { DeliveryResult, MeasuredSubject, MissingSubject } from './result.ts';
import { runSubject } from './run-subject.ts';
import type { SubjectAnswer } from './run-subject.ts';
import { startSinks } from './start-sinks.ts';
import type { Sinks } from './start-sinks.ts';
import type { Target } from './subject.ts';
import { targets } from './targets.ts';

/** One host with so many guests. */
const GUESTS = 50;
/** Starting a server and all its rounds. */
const SUBJECT_LIMIT_MS = 15 * 60_000;

const TITLE = 'Delivering samples: each publisher into a local sink, beside a publisher that only counts';

/** From samples, and from a reply of an inspector, to each publisher there is. */
export const deliver: Scenario = {
  name: 'delivery',
  title: TITLE,
  rounds: 7,
  subjects: ['shared', ...publisherFactories.map(({ scheme }) => scheme)],
  async run({ subjects, ...context }) {
    const { rounds, progress, signal } = context;
    await using directory = await temporaryDirectory();
    await using sinks = await startSinks(directory.path, signal);
    const measured: (MeasuredSubject & SubjectAnswer)[] = [];
    const missing: MissingSubject[] = [];
    for (const subject of deliver.subjects) {
      if (subjects.length > 0 && !subjects.includes(subject)) continue;
      progress(`${subject}: measuring ${rounds} rounds`);
      try {
        measured.push(await measure({ subject, sinks, directory: join(directory.path, subject), context }));
      } catch (error) {
        signal.throwIfAborted();
        const reason = error instanceof Error ? error.message : String(error);
        missing.push({ subject, reason });
        progress(`${subject}: not measured: ${reason}`);
      }
    }
    const samplesPerCycle = measured[0]?.samplesPerCycle ?? 0;
    const result: DeliveryResult = { guests: GUESTS, samplesPerCycle, subjects: measured, missing };
    return { report: deliveryLines(TITLE, result, rounds), document: result };
  },
};

interface MeasureInput {
  readonly subject: string;
  readonly sinks: Sinks;
  readonly directory: string;
  readonly context: Pick<ScenarioContext, 'rounds' | 'signal'>;
}

async function measure(input: MeasureInput): Promise<MeasuredSubject & SubjectAnswer> {
  const { subject, sinks, directory, context } = input;
  await mkdir(directory);
  await using cleanUp = new AsyncDisposableStack();
  const start = targets[subject];
  if (subject !== 'shared' && start === undefined)
    throw new Error('nobody has said in targets.ts where it delivers to');
  const target: Target | undefined = await start?.({ sinks, directory, cleanUp });
  const order = { target: target ?? ('shared' as const), guests: GUESTS, rounds: context.rounds, directory };
  try {
    const answer = await withDeadline(context.signal, SUBJECT_LIMIT_MS, (signal) => runSubject(order, signal));
    const notes = target?.note === undefined ? [] : [target.note];
    return { subject, ...answer, remarks: [...notes, ...answer.remarks] };
  } catch (error) {
    throw error instanceof DeadlineError ? new Error('it did not end in time', { cause: error }) : error;
  }
}
