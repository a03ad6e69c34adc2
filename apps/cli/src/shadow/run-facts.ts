import { escapeControls } from '../text/display-width.ts';
import type { Compat } from '@nephometer/sample';
import type { FeedFacts } from './feed.ts';
import { feedText } from './feed-text.ts';
import type { LineProblemCount } from './their-samples.ts';

/** What a run was, besides what it found. */
export interface RunFacts {
  /** Whether it was ended by a signal. */
  readonly isCutShort: boolean;
  readonly compat: Compat;
  /** The `compat` that has the units which differ. */
  readonly otherCompat?: Compat;
  readonly ourSamples: number;
  readonly theirSamples: number;
  /** Samples that were too many to be kept. */
  readonly forgotten: number;
  /** Where Ceilometer's came from, and what became of that. */
  readonly theirs: FeedFacts;
  /** Its lines, or messages, that are no samples. */
  readonly lineProblems: readonly LineProblemCount[];
}

/** The facts for people, above the table. */
export function runFactLines(facts: RunFacts): string[] {
  const { isCutShort, compat, otherCompat, ourSamples, theirSamples, forgotten, theirs, lineProblems } = facts;
  const { name, happened, unit, ifSilent } = feedText(theirs);
  return [
    `ours    ${ourSamples} samples (compat: ${compat})`,
    `theirs  ${theirSamples} samples from ${name}${happened.length === 0 ? '' : `, ${happened.join(', ')}`}`,
    ...lineProblems.map(({ problem, lines, example }) => `        ${lines} ${unit} ${problem}: ${example}`),
    ...(forgotten === 0 ? [] : [`${forgotten} samples were too many to be kept: the oldest of their series`]),
    ...(isCutShort ? ['ended early'] : []),
    ...(ourSamples === 0 ? ['Nothing came from our side: see what the coordinator says above.'] : []),
    ...(theirSamples === 0
      ? [`Nothing came from Ceilometer in this time. ${ifSilent} Is its interval shorter than this run?`]
      : []),
    ...(otherCompat === undefined
      ? []
      : [`The units are those of Ceilometer ${otherCompat}: write "compat: ${otherCompat}" in coordinator.yaml.`]),
  ].map(escapeControls);
}
