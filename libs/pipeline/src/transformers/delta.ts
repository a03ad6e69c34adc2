import type { FactoryInput } from './factory.ts';
import { readNaming } from './naming.ts';
import type { Naming } from './naming.ts';
import { booleanOf, entriesOf, isEmpty, refuse } from './parameters.ts';
import { createPreviousSamples } from './previous-samples.ts';

interface DeltaConfig {
  readonly naming: Naming;
  readonly growthOnly: boolean;
}

/**
 * `delta`: the growth since the sample before, as a meter of type `delta` in the unit of the sample; `source.unit`,
 * `target.unit` and `target.type` mean nothing, as in Ceilometer. With `growth_only` (default false) what has shrunk gives
 * none; what stayed gives 0. A reset is not looked for.
 */
export const delta: FactoryInput<DeltaConfig> = {
  name: 'delta',
  read(place) {
    const entry = entriesOf(place, ['source', 'target', 'growth_only']);
    const naming = readNaming(entry('source'), entry('target'));
    if (!isEmpty(naming.scale)) refuse(naming.scale, 'delta does not scale; put a unit_conversion behind it');
    return { naming, growthOnly: booleanOf(entry('growth_only')) ?? false };
  },
  create({ naming, growthOnly }, settings) {
    const previous = createPreviousSamples(settings);
    return {
      handle(sample) {
        const growth = previous.growthOf(sample);
        if (growth === undefined || (growthOnly && growth.amount.volume < 0)) return undefined;
        return { ...sample, name: naming.nameOf(sample), type: 'delta', ...growth.amount, id: settings.nextId() };
      },
      flush: () => [],
      report: () => previous.report(),
    };
  },
};
