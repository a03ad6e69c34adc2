import { runMain } from '@nephometer/service';
import { machineFacts } from './measure/machine-facts.ts';
import { OptionError, parseOptions, usage } from './options.ts';
import type { BenchOptions } from './options.ts';
import { reportLines, writeResult } from './report.ts';
import { scenarios } from './scenarios.ts';

/** Guests are ended one by one. */
const GRACE_MS = 60_000;

await runMain(
  async ({ argv, stdout, stderr, signal }) => {
    let options: BenchOptions;
    try {
      options = parseOptions(
        argv,
        scenarios.map(({ name }) => name),
      );
    } catch (error) {
      if (!(error instanceof OptionError)) throw error;
      stderr.write(`${error.message}\n${usage}\n`);
      return 2;
    }
    const { guests, rounds, only, output } = options;
    const progress = (text: string): void => void stderr.write(`${text}\n`);
    const machine = await machineFacts(signal);
    for (const scenario of scenarios) {
      if (only.length > 0 && !only.includes(scenario.name)) continue;
      progress(`scenario ${scenario.name}`);
      const result = await scenario.run({ guests, rounds, progress, signal }).catch((error: unknown) => {
        // What failed in the middle of an abort has failed because of it.
        signal.throwIfAborted();
        throw error;
      });
      stdout.write(`${reportLines(scenario, result, rounds).join('\n')}\n`);
      progress(`written to ${await writeResult(output, scenario, { ...result, rounds, machine })}`);
    }
    return 0;
  },
  { graceMs: GRACE_MS },
);
