import type { FactoryInput } from './factory.ts';
import { readNaming } from './naming.ts';
import type { Naming } from './naming.ts';
import { entriesOf } from './parameters.ts';
import { readScale } from './scale.ts';
import type { Scale } from './scale.ts';

interface UnitConversionConfig {
  readonly naming: Naming;
  readonly scale: Scale;
}

/** `unit_conversion`: other names, units, types and scaled volumes; samples of another unit than `source.unit` stay. */
export const unitConversion: FactoryInput<UnitConversionConfig> = {
  name: 'unit_conversion',
  read(place) {
    const entry = entriesOf(place, ['source', 'target']);
    const naming = readNaming(entry('source'), entry('target'));
    return { naming, scale: readScale(naming.scale) };
  },
  create: ({ naming, scale }, { nextId }) => ({
    handle(sample) {
      if (naming.sourceUnit !== undefined && naming.sourceUnit !== sample.unit) return sample;
      return {
        ...sample,
        name: naming.nameOf(sample),
        type: naming.typeOf(sample),
        unit: naming.unitOf(sample),
        ...scale(sample),
        id: nextId(),
      };
    },
    flush: () => [],
    report: () => ({ held: 0, evicted: 0, failed: 0, error: undefined }),
  }),
};
