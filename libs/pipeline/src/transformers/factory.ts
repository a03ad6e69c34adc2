import type { Transformer, TransformerFactory } from '@nephometer/plugin';
import { PipelineError } from '../pipeline-error.ts';
import { rootPlace } from './parameters.ts';
import type { Place } from './parameters.ts';

/** What our transformers are given besides their parameters. */
export interface TransformerSettings {
  /** Id of a sample that is made. */
  readonly nextId: () => string;
  /** Milliseconds since 1970; for what is forgotten and for `retention_time`. */
  readonly now: () => number;
  /** Most entries that one transformer keeps. */
  readonly stateLimit: number;
  /** An entry that was not used for so long is forgotten, in milliseconds. */
  readonly stateAgeMs: number;
}

/** What a transformer of ours tells besides what its contract asks for. */
export interface TransformerReport {
  /** Entries or samples it keeps. */
  readonly held: number;
  /** Entries that went before their time because there were too many. */
  readonly evicted: number;
  /** How often `flush` could not make a sample. */
  readonly failed: number;
  /** Why it could not, the last time. */
  readonly error: unknown;
}

/** A transformer that reports about itself. */
export interface ReportingTransformer extends Transformer {
  report(): TransformerReport;
}

/** What {@link createFactory} makes a factory of. */
export interface FactoryInput<Config> {
  readonly name: string;
  /** Reads the parameters and notes every problem; what it returns counts only if there is none. */
  readonly read: (place: Place, settings: TransformerSettings) => Config;
  readonly create: (config: Config, settings: TransformerSettings) => ReportingTransformer;
}

/** A factory whose `create` refuses what its `validate` refuses: with PipelineError `bad_parameters`. */
export function createFactory<Config>(
  { name, read, create }: FactoryInput<Config>,
  settings: TransformerSettings,
): TransformerFactory {
  return {
    name,
    validate(parameters) {
      const place = rootPlace(parameters);
      read(place, settings);
      return place.problems;
    },
    create(parameters) {
      const place = rootPlace(parameters);
      const config = read(place, settings);
      if (place.problems.length === 0) return create(config, settings);
      const problems = place.problems.map(({ path, message }) => [path.join('.'), message].filter(Boolean).join(': '));
      throw new PipelineError('bad_parameters', `transformer "${name}": ${problems.join('; ')}`);
    },
  };
}
