import { escapeControls } from '../text/display-width.ts';
import type { Compat } from '@nephometer/sample';
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
  /** Ceilometer's file, and how often it was replaced, or written anew, while it was read. */
  readonly file: { readonly path: string; readonly rotations: number; readonly restarts: number };
  /** Its lines that are no samples. */
  readonly lineProblems: readonly LineProblemCount[];
}

/** The facts for people, above the table. */
export function runFactLines(facts: RunFacts): string[] {
  const { isCutShort, compat, otherCompat, ourSamples, theirSamples, forgotten, file, lineProblems } = facts;
  const happened = [
    ...(file.rotations === 0 ? [] : [`rotated ${times(file.rotations)}`]),
    ...(file.restarts === 0 ? [] : [`begun anew ${times(file.restarts)}`]),
  ];
  return [
    `ours    ${ourSamples} samples (compat: ${compat})`,
    `theirs  ${theirSamples} samples from ${file.path}${happened.length === 0 ? '' : `, ${happened.join(', ')}`}`,
    ...lineProblems.map(({ problem, lines, example }) => `        ${lines} lines ${problem}: ${example}`),
    ...(forgotten === 0 ? [] : [`${forgotten} samples were too many to be kept: the oldest of their series`]),
    ...(isCutShort ? ['ended early'] : []),
    ...(ourSamples === 0 ? ['Nothing came from our side: see what the coordinator says above.'] : []),
    ...(theirSamples === 0
      ? [
          'Nothing came from Ceilometer in this time. Does its pipeline write to this file (publisher "file:///PATH?json"), ' +
            'and is its interval shorter than this run?',
        ]
      : []),
    ...(otherCompat === undefined
      ? []
      : [`The units are those of Ceilometer ${otherCompat}: write "compat: ${otherCompat}" in coordinator.yaml.`]),
  ].map(escapeControls);
}

function times(count: number): string {
  return count === 1 ? 'once' : `${count} times`;
}
