import { escapeControls } from '../text/display-width.ts';
import { printLines } from '../text/print.ts';
import type { Output } from '../text/print.ts';
import { compareAll } from './compare-all.ts';
import { formatDuration } from './duration.ts';
import { gather } from './gather.ts';
import type { RunLength } from './gather.ts';
import { derivedMeters, otherCompat } from './hints.ts';
import { openFeed } from './open-feed.ts';
import { OUR_PUBLISHER } from './our-coordinator.ts';
import { readOurFiles } from './our-files.ts';
import type { OurFiles } from './our-files.ts';
import { summarize } from './report.ts';
import { reportLines } from './report-lines.ts';
import type { RunFacts } from './run-facts.ts';
import { runFactLines } from './run-facts.ts';
import { createSeriesStore } from './series-store.ts';
import { takeTheirSamples } from './their-samples.ts';

/** What `nephometer shadow` is asked. */
export interface ShadowSettings {
  /** Path of coordinator.yaml. */
  readonly config: string;
  /** Path of the file that Ceilometer writes its samples to, or URL of the queue that it sends them to. */
  readonly ceilometer: string;
  readonly length: RunLength;
  /** Samples that are in the file already count, too. For files only. */
  readonly fromStart: boolean;
  readonly json: boolean;
  readonly stdout: Output;
  readonly stderr: NodeJS.WritableStream;
  readonly env: Readonly<NodeJS.ProcessEnv>;
  readonly signal: AbortSignal;
}

/**
 * Runs the operator's polling beside a Ceilometer that goes on as it is, and prints what agrees and what does not. An abort
 * ends the run early; what there is by then is reported all the same.
 *
 * @returns whether something was compared and all of it agrees
 * @throws ConfigError if a file is faulty; CliError if Ceilometer's samples cannot be read or the coordinator does not run; the
 *   signal's reason if there is nothing to report yet
 */
export async function shadow(settings: ShadowSettings): Promise<boolean> {
  const { config: file, ceilometer, length, fromStart, json, stdout, stderr, env, signal } = settings;
  const files = await readOurFiles({ file, env, publisher: OUR_PUBLISHER, signal });
  const say = (text: string): void => void stderr.write(`nephometer shadow: ${escapeControls(text)}\n`);
  const feed = await openFeed({ ceilometer, fromStart, say, env, signal });
  try {
    const store = createSeriesStore();
    const theirs = takeTheirSamples(feed, store);
    say(`${feed.name} beside ${file}, ${lengthText(length, files)}`);
    const { isCutShort } = await gather({ file, files, length, store, theirs, say, env, signal });

    const { compat } = files.config;
    const known = { derivedMeters: derivedMeters(compat), hasTransformers: files.hasTransformers };
    const results = compareAll(store.series(), known, feed.gaps());
    const report = summarize(results);
    const other = otherCompat(results, compat);
    const facts: RunFacts = {
      isCutShort,
      compat,
      ...(other !== undefined && { otherCompat: other }),
      ourSamples: store.count('ours'),
      theirSamples: store.count('theirs'),
      forgotten: store.forgotten,
      theirs: feed.facts(),
      lineProblems: theirs.problems(),
    };
    const lines = json
      ? [JSON.stringify({ ...facts, ...report }, undefined, 2)]
      : [...runFactLines(facts), '', ...reportLines(report, stdout.isTTY === true ? stdout.columns : undefined)];
    // After Ctrl-C there still is a report; after the reader has gone there is nobody to read it.
    if (stdout.writable) await printLines(stdout, lines, isCutShort ? new AbortController().signal : signal);
    return report.agrees;
  } finally {
    await feed.close();
  }
}

function lengthText(length: RunLength, { intervalsMs }: OurFiles): string {
  if ('ms' in length) return `for ${formatDuration(length.ms)}`;
  const longest = intervalsMs.at(-1) ?? 0;
  return `${length.cycles} cycles of at most ${formatDuration(longest)}: about ${formatDuration(length.cycles * longest)}`;
}
