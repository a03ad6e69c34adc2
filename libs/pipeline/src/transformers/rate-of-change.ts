import { multiply } from './amount.ts';
import type { FactoryInput } from './factory.ts';
import { readNaming } from './naming.ts';
import type { Naming } from './naming.ts';
import { entriesOf, refuse } from './parameters.ts';
import type { Place } from './parameters.ts';
import { createPreviousSamples } from './previous-samples.ts';
import { readScale } from './scale.ts';
import type { Scale } from './scale.ts';

interface RateOfChangeConfig {
  readonly naming: Naming;
  readonly scale: Scale;
}

/**
 * `rate_of_change`: growth per second, times the value of `target.scale` (an expression, default 1). The first sample of a
 * meter and resource gives none, nor does one that is older than the one before. A cumulative meter that shrinks has been
 * reset: what it counted since is the least it has grown by. Of two samples at the same time the second has the rate 0.
 * `source.unit` means nothing, as in Ceilometer.
 */
export const rateOfChange: FactoryInput<RateOfChangeConfig> = {
  name: 'rate_of_change',
  read(place) {
    const entry = entriesOf(place, ['source', 'target']);
    const naming = readNaming(entry('source'), entry('target'));
    return { naming, scale: readRateScale(naming.scale) };
  },
  create({ naming, scale }, settings) {
    const previous = createPreviousSamples(settings);
    return {
      handle(sample) {
        const growth = previous.growthOf(sample);
        if (growth === undefined) return undefined;
        const { amount, elapsedUs } = growth;
        const grown = amount.volume < 0 && sample.type === 'cumulative' ? sample.volume : amount.volume;
        const rate = { volume: elapsedUs === 0 ? 0 : grown / (elapsedUs / 1e6), isFloat: true };
        return {
          ...sample,
          name: naming.nameOf(sample),
          type: naming.typeOf(sample),
          unit: naming.unitOf(sample),
          ...multiply(scale(sample), rate),
          id: settings.nextId(),
        };
      },
      flush: () => [],
      report: () => previous.report(),
    };
  },
};

/** A number as the scale multiplies the volume, too, in Ceilometer: the rate times the counter. */
function readRateScale(place: Place): Scale {
  const { value } = place;
  if (typeof value === 'number' && value !== 0) {
    refuse(
      place,
      `a number multiplies the rate with the volume, too; write "${value}" in quotes for the rate times ${value}, or "volume * ${value}" for what Ceilometer makes of it`,
    );
  }
  const isNone = value === undefined || value === null || value === 0 || value === '';
  return isNone ? () => ({ volume: 1, isFloat: false }) : readScale(place);
}
