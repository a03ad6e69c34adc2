import type { MeterType, Sample } from '@nephometer/sample';
import { createSubstitution } from '../pattern/substitution.ts';
import { attempt, choiceOf, entriesOf, isEmpty, refuse, textOf, unitOf } from './parameters.ts';
import type { Place } from './parameters.ts';

/** What a converted sample is called. */
export interface Naming {
  readonly nameOf: (sample: Sample) => string;
  readonly unitOf: (sample: Sample) => string;
  readonly typeOf: (sample: Sample) => MeterType;
  /** The only unit of which samples are converted, if one was written. */
  readonly sourceUnit: string | undefined;
  /** `target.scale`, for who scales. */
  readonly scale: Place;
}

const types: readonly MeterType[] = ['gauge', 'delta', 'cumulative'];

/**
 * Reads `source` and `target`, which most transformers have. A name or unit is what `re.sub` makes of it if it has both a
 * `map_from` and a `map_to`; if it has none, or nothing is left, it is the target's; else it stays.
 */
export function readNaming(source: Place, target: Place): Naming {
  const sourceEntry = entriesOf(source, ['unit', 'map_from']);
  const targetEntry = entriesOf(target, ['name', 'unit', 'type', 'scale', 'map_to']);
  const from = entriesOf(sourceEntry('map_from'), ['name', 'unit']);
  const to = entriesOf(targetEntry('map_to'), ['name', 'unit']);

  function readAttribute(key: 'name' | 'unit'): (sample: Sample) => string {
    const fixed = key === 'unit' ? unitOf(targetEntry(key)) : textOf(targetEntry(key));
    const map = readMapping(from(key), to(key));
    return (sample) => map?.(sample[key]) || (fixed ?? sample[key]);
  }

  const nameOf = readAttribute('name');
  const unit = readAttribute('unit');
  const type = choiceOf(targetEntry('type'), types);
  const sourceUnit = unitOf(sourceEntry('unit'));
  return { nameOf, unitOf: unit, typeOf: (sample) => type ?? sample.type, sourceUnit, scale: targetEntry('scale') };
}

/** Ceilometer does nothing if one half is missing or the expression is faulty; that is never what was meant. */
function readMapping(from: Place, to: Place): ((text: string) => string) | undefined {
  const [pattern, replacement] = [textOf(from), textOf(to)];
  if (pattern === undefined && replacement !== undefined && isEmpty(from)) {
    refuse(to, `does nothing without source.${from.path.slice(1).join('.')}; write the expression that it replaces`);
  }
  if (replacement === undefined && pattern !== undefined && isEmpty(to)) {
    refuse(from, `does nothing without target.${to.path.slice(1).join('.')}; write what takes its place`);
  }
  if (pattern === undefined || replacement === undefined) return undefined;
  // Once with nothing in its place, so that what is wrong with the pattern is said of the pattern.
  const isPattern = attempt(from, () => createSubstitution(pattern, '')) !== undefined;
  return isPattern ? attempt(to, () => createSubstitution(pattern, replacement)) : undefined;
}
