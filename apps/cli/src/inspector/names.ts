import { InspectionStatus, InstanceState, MissingReason, StatisticsGroup } from '@nephometer/inspector-api';

/** `RUNNING` of a generated enum as `running`, `SHUT_OFF` as `shut off`; a number this version has no name for as `#9`. */
function wordsOf(values: Readonly<Record<string, number>>): (value: number) => string {
  const words = new Map(
    Object.entries(values).map(([name, value]) => [value, name.toLowerCase().replaceAll('_', ' ')]),
  );
  return (value) => words.get(value) ?? `#${value}`;
}

/** State of an instance in words, for example `shut off`. */
export const stateWord = wordsOf(InstanceState);

/** Status of a reading in words, for example `partial`. */
export const statusWord = wordsOf(InspectionStatus);

/** Reason for a missing statistic in words, for example `monitor hung`. */
export const reasonWord = wordsOf(MissingReason);

/** Group of statistics in words, for example `dirty rate`. */
export const groupWord = wordsOf(StatisticsGroup);
