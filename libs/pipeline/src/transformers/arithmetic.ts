import type { MeterType, Sample } from '@nephometer/sample';
import { evaluateNumber } from '../expression/evaluate.ts';
import type { Expression } from '../expression/expression.ts';
import { metersOf, parseExpression } from '../expression/parse-expression.ts';
import { PipelineError } from '../pipeline-error.ts';
import { toAmount } from './amount.ts';
import type { FactoryInput, ReportingTransformer, TransformerSettings } from './factory.ts';
import { attempt, choiceOf, entriesOf, refuse, textOf, unitOf } from './parameters.ts';
import { createRecentMap } from './recent-map.ts';

interface ArithmeticConfig {
  readonly expression: Expression;
  /** The meters it names; the first one gives the result what is not in the target. */
  readonly meters: readonly string[];
  readonly name: string | undefined;
  readonly unit: string | undefined;
  readonly type: MeterType | undefined;
}

const nothing: Expression = { kind: 'constant', value: null };

/**
 * `arithmetic`: the value of an expression over several meters of one resource, `100.0 * $(memory.usage) / $(memory)`, made
 * when a batch ends and there is a sample of each of them; those are then used up. Its timestamp is that of the last sample
 * of any meter and resource, its volume always a float. All other samples end here.
 */
export const arithmetic: FactoryInput<ArithmeticConfig> = {
  name: 'arithmetic',
  read(place) {
    const targetPlace = entriesOf(place, ['target'])('target');
    const target = entriesOf(targetPlace, ['name', 'unit', 'type', 'expr']);
    const text = textOf(target('expr'));
    const read = text === undefined ? undefined : attempt(target('expr'), () => parseExpression(text, 'meters'));
    const meters = read ? metersOf(read) : [];
    if (text === undefined) refuse(target('expr'), 'missing; write an expression with meters, such as $(cpu) / 2');
    else if (read && meters.length === 0)
      refuse(target('expr'), 'names no meter, so nothing is ever computed; write $(meter)');
    return {
      expression: read ?? nothing,
      meters,
      name: textOf(target('name')),
      unit: unitOf(target('unit')),
      type: choiceOf(target('type'), ['gauge', 'delta', 'cumulative']),
    };
  },
  create: createArithmetic,
};

function createArithmetic(config: ArithmeticConfig, settings: TransformerSettings): ReportingTransformer {
  const required = new Set(config.meters);
  /** Of each resource, the last sample of each required meter. */
  const samples = createRecentMap<ReadonlyMap<string, Sample>>(settings);
  const complete = new Set<string>();
  let timestamp = '';
  let failed = 0;
  let lastError: unknown;

  function resultOf(resourceId: string): readonly Sample[] {
    const known = samples.get(resourceId);
    samples.delete(resourceId);
    if (known === undefined) return [];
    try {
      return [{ ...compute(config, known), timestamp, id: settings.nextId() }];
    } catch (error) {
      failed += 1;
      lastError = error;
      return [];
    }
  }

  return {
    handle(sample) {
      timestamp = sample.timestamp;
      if (!required.has(sample.name)) return undefined;
      const known = new Map(samples.get(sample.resourceId)).set(sample.name, sample);
      samples.set(sample.resourceId, known);
      if (known.size === required.size) complete.add(sample.resourceId);
      return undefined;
    },
    flush() {
      const given = [...complete].flatMap(resultOf);
      complete.clear();
      return given;
    },
    report: () => ({ held: samples.size(), evicted: samples.evicted(), failed, error: lastError }),
  };
}

function compute(
  { expression, meters, name, unit, type }: ArithmeticConfig,
  known: ReadonlyMap<string, Sample>,
): Sample {
  const sampleOf = (meter: string | undefined): Sample => {
    const sample = known.get(meter ?? '');
    if (sample === undefined) throw new Error(`the expression was computed without a sample of ${meter}`);
    return sample;
  };
  const { volume } = toAmount(evaluateNumber(expression, sampleOf));
  const reference = sampleOf(meters[0]);
  if (!Number.isFinite(volume)) {
    throw new PipelineError('expression_failed', `the result for ${reference.resourceId} is not a finite number`);
  }
  return {
    ...reference,
    name: name ?? reference.name,
    type: type ?? reference.type,
    unit: unit ?? reference.unit,
    volume,
    isFloat: true,
    // The result is of no single reading.
    monotonicTime: null,
  };
}
