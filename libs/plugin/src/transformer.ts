import type { Sample } from '@nephometer/sample';

/**
 * A transformer at work, in one place of one sink's chain. It may keep what it has seen; it bounds that itself. Never called
 * twice at once. It returns new samples and never changes one that it was given.
 *
 * A sample whose `handle` throws is dropped and counted; the others go on.
 */
export interface Transformer {
  /** What goes on in place of a sample; `undefined` if nothing does, or not yet. */
  handle(sample: Sample): Sample | undefined;
  /** Called after each batch of samples: what goes on besides, for example what was accumulated. */
  flush(): readonly Sample[];
}

/** Makes transformers of one name, for `transformers` in a pipeline.yaml. */
export interface TransformerFactory {
  /** What `name` in the file says. Unique in the registry. */
  readonly name: string;
  /**
   * What is wrong with the `parameters` of the file, a plain value as YAML gives it, `null` if left empty: every problem at
   * once, each with its path within them; none if they are fine.
   */
  validate(parameters: unknown): readonly ParameterProblem[];
  /** Makes one with parameters that {@link validate} found nothing wrong with. */
  create(parameters: unknown): Transformer;
}

/** What is wrong in one place of a transformer's parameters. */
export interface ParameterProblem {
  /** Keys and indexes from `parameters` on; empty for all of them. */
  readonly path: readonly (string | number)[];
  /** What was expected and what to do, in words for the operator. */
  readonly message: string;
}
