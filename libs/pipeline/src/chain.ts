import { isDeepStrictEqual } from 'node:util';
import type { PipelineSink, PipelineTransformer } from '@nephometer/pipeline-config';
import type { Registry, Transformer, TransformerFactory } from '@nephometer/plugin';
import type { Sample } from '@nephometer/sample';
import { PipelineError } from './pipeline-error.ts';
import type { PipelineEvents } from './pipeline-events.ts';
import type { ReportingTransformer } from './transformers/factory.ts';

/**
 * What became of the samples that went through the transformers of one sink, since they were made. There is no sum to check:
 * transformers may keep samples, merge them and make new ones.
 */
export interface Transformed {
  /** Name of the sink. */
  readonly sink: string;
  /** Samples that came from its sources. */
  readonly taken: number;
  /** Samples that went on to its publishers. */
  readonly given: number;
  /** Samples that were dropped because a transformer failed or their volume is no number, and results that were not made. */
  readonly failed: number;
  /** Samples and entries that the transformers keep. */
  readonly held: number;
  /** Entries that were forgotten before their time because there were too many; too few samples are given then. */
  readonly evicted: number;
}

/** The transformers of one sink, in order, and what they keep. */
export interface Chain {
  /** What comes out for a sample. Never throws: a sample whose transformer fails is dropped and counted. */
  handle(sample: Sample): Sample | undefined;
  /** To be called after each batch: what the transformers give besides, each through those behind it. Never throws. */
  flush(): readonly Sample[];
  /** Whether these transformers, with these parameters, are in the chain, in this order. */
  isOf(transformers: readonly PipelineTransformer[]): boolean;
  transformed(): Transformed;
}

/** One transformer in its place. */
interface Place {
  readonly name: string;
  readonly transformer: Transformer & Partial<ReportingTransformer>;
  failed: number;
  /** How many failures make the next event. */
  tellAt: number;
}

/**
 * The chain of a sink, with nothing kept in it yet.
 *
 * @throws PipelineError `transformer_missing`; and what the factories throw at parameters that they would not have validated
 */
export function createChain(
  sink: PipelineSink,
  factories: Registry<TransformerFactory>,
  events: PipelineEvents,
): Chain {
  const places = sink.transformers.map(({ name, parameters }): Place => {
    const factory = factories.get(name);
    if (factory === undefined) {
      throw new PipelineError(
        'transformer_missing',
        `sink "${sink.name}" names the transformer "${name}", which was not handed in`,
      );
    }
    return { name, transformer: factory.create(parameters), failed: 0, tellAt: 1 };
  });
  const wanted = sink.transformers.map(withoutPlace);
  let invalid = 0;
  let taken = 0;
  let given = 0;

  function fail(place: Place, error: unknown): void {
    place.failed += 1;
    tell(place, error);
  }

  function tell(place: Place, error: unknown): void {
    const failed = failuresOf(place);
    if (failed < place.tellAt) return;
    while (place.tellAt <= failed) place.tellAt *= 10;
    events.transformFailed?.({ sink: sink.name, transformer: place.name, failed, error });
  }

  /** A sample through the transformers behind the first `from`. */
  function pass(sample: Sample, from: number): Sample | undefined {
    let current = sample;
    for (let index = from; index < places.length; index += 1) {
      const place = places[index];
      if (place === undefined) break;
      try {
        const next = place.transformer.handle(current);
        if (next === undefined) return undefined;
        current = next;
      } catch (error) {
        fail(place, error);
        return undefined;
      }
    }
    given += 1;
    return current;
  }

  function flushPlace(place: Place): readonly Sample[] {
    try {
      const samples = [...place.transformer.flush()];
      const report = place.transformer.report?.();
      if (report && report.failed > 0) tell(place, report.error);
      return samples;
    } catch (error) {
      fail(place, error);
      return [];
    }
  }

  return {
    handle(sample) {
      taken += 1;
      if (Number.isFinite(sample.volume)) return pass(sample, 0);
      // A sum that it once got into would never be a number again.
      invalid += 1;
      return undefined;
    },
    flush: () =>
      places.flatMap((place, index) =>
        flushPlace(place).flatMap((sample) => {
          const passed = pass(sample, index + 1);
          return passed ? [passed] : [];
        }),
      ),
    isOf: (transformers) => isDeepStrictEqual(transformers.map(withoutPlace), wanted),
    transformed() {
      const reports = places.flatMap(({ transformer }) => transformer.report?.() ?? []);
      return {
        sink: sink.name,
        taken,
        given,
        failed: places.reduce((sum, place) => sum + failuresOf(place), invalid),
        held: reports.reduce((sum, { held }) => sum + held, 0),
        evicted: reports.reduce((sum, { evicted }) => sum + evicted, 0),
      };
    },
  };
}

function failuresOf({ failed, transformer }: Place): number {
  return failed + (transformer.report?.().failed ?? 0);
}

function withoutPlace({ name, parameters }: PipelineTransformer): PipelineTransformer {
  return { name, parameters };
}
