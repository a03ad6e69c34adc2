import { runMain } from '@nephometer/service';
import { machineFacts } from './measure/machine-facts.ts';
import { OptionError, parseOptions, usage } from './options.ts';
import type { BenchOptions } from './options.ts';
import { writeResult } from './report.ts';
import { scenarios } from './scenarios.ts';

/** Guests are ended one by one. */
const GRACE_MS = 60_000;

await runMain(
  async ({ argv, stdout, stderr, signal }) => {
    let options: BenchOptions;
    try {
      options = parseOptions(argv, scenarios);
    } catch (error) {
      if (!(error instanceof OptionError)) throw error;
      stderr.write(`${error.message}\n${usage}\n`);
      return 2;
    }
    const { guests, subjects, output } = options;
    const progress = (text: string): void => void stderr.write(`${text}\n`);
    const machine = await machineFacts(signal);
    for (const scenario of scenarios) {
      if (options.scenarios.length > 0 && !options.scenarios.includes(scenario.name)) continue;
      const { rounds = scenario.rounds } = options;
      progress(`scenario ${scenario.name}`);
      const { report, document } = await scenario
        .run({ guests, subjects, rounds, progress, signal })
        .catch((error: unknown) => {
          // What failed in the middle of an abort has failed because of it.
          signal.throwIfAborted();
          throw error;
        });
      stdout.write(`${report.join('\n')}\n`);
      progress(`written to ${await writeResult(output, scenario, { ...document, rounds, machine })}`);
    }
    return 0;
  },
  { graceMs: GRACE_MS },
);
