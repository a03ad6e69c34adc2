import { formatPath, problemAt, suggest } from '@nephometer/service';
import type { DocumentPath, Problem, YamlDocument } from '@nephometer/service';
import type { TransformerFactory } from '@nephometer/plugin';
import { parseDiscovery } from './discovery-url.ts';
import { showNames } from './names.ts';
import type { PipelineConfig, TransformerPlace } from './pipeline-config.ts';
import type { PollingConfig } from './polling-config.ts';
import { optionNamedIn, readPublisher } from './publishers-field.ts';
import { rawEntries } from './source-list.ts';

/**
 * Discoveries that the sources name and nobody offers. Ceilometer passes over them in silence, or with a warning per cycle.
 *
 * @param known names of the discoveries there are
 */
export function discoveryProblems(config: PollingConfig, known: readonly string[]): readonly Problem[] {
  return config.sources.flatMap(({ discovery, discoveryLines }, source) =>
    discovery.flatMap((url, index) => {
      const message = explainDiscovery(url, known);
      if (message === undefined) return [];
      const path = ['sources', source, 'discovery', index];
      return [toProblem(config.file ?? '', discoveryLines?.[index], path, message)];
    }),
  );
}

function explainDiscovery(url: string, known: readonly string[]): string | undefined {
  const { name } = parseDiscovery(url);
  if (known.includes(name)) return undefined;
  // Without a scheme, a colon is part of the name. What stands before it is what was meant to be the name.
  const front = /^[^:;?#/]*/.exec(name.trimStart())?.[0] ?? '';
  const isCut = front !== name && front.includes('_');
  const cause = isCut ? ': a name with "_" cannot be given a parameter, so the whole text is the name' : '';
  const advice = adviseName(suggest(front, known) ?? suggest(name, known), known);
  return `no discovery is named ${JSON.stringify(name)}${cause}; ${advice}`;
}

/** What is wrong with a publisher's URL, every problem at once; touches no target. */
export type PublisherCheck = (url: string) => readonly string[];

/** Publishers that the sinks name and that cannot be made; each problem at the option that it names, if that is a line. */
export function publisherProblems({ sinks }: PipelineConfig, file: string, check: PublisherCheck): readonly Problem[] {
  return sinks.flatMap((sink, sinkIndex) =>
    sink.publishers.flatMap(({ url, line, optionLines = new Map<string, number>() }, index) =>
      check(url).map((message) => {
        const option = optionNamedIn(message, Object.fromEntries(optionLines));
        const [name = ''] = option;
        const path = ['sinks', sinkIndex, 'publishers', index, ...option];
        return toProblem(file, optionLines.get(name) ?? line, path, message);
      }),
    ),
  );
}

/** As {@link publisherProblems}, of a file that is refused for other reasons: what of it can be read. */
export function uncheckedPublishers(document: YamlDocument, check: PublisherCheck): readonly Problem[] {
  return rawEntries(document, 'sinks').flatMap(({ path, value }) => {
    const list: readonly unknown[] = Array.isArray(value['publishers']) ? value['publishers'] : [];
    return list.flatMap((entry, index) => {
      const { url } = readPublisher(entry);
      const problems = url === '' ? [] : check(url);
      return problems.map((problem) =>
        problemAt(document, [...path, 'publishers', index, ...optionNamedIn(problem, entry)], problem),
      );
    });
  });
}

/** Transformers that the sinks name and nobody offers, and what is wrong with the parameters of the others. */
export function transformerProblems(
  { sinks }: PipelineConfig,
  file: string,
  factories: Iterable<Pick<TransformerFactory, 'name' | 'validate'>>,
): readonly Problem[] {
  const known = new Map([...factories].map((factory) => [factory.name, factory]));
  return sinks.flatMap(({ transformers }, sink) =>
    transformers.flatMap(({ name, parameters, place }, index) => {
      const path = ['sinks', sink, 'transformers', index];
      const factory = known.get(name);
      if (factory === undefined) {
        const names = [...known.keys()];
        const message = `No transformer named ${JSON.stringify(name)} loaded; ${adviseName(suggest(name, names), names)}`;
        return [toProblem(file, place?.line, [...path, 'name'], message)];
      }
      return factory.validate(parameters).map((problem) => {
        const parameterPath = [...path, 'parameters', ...problem.path];
        return toProblem(file, lineOfParameter(place, problem.path), parameterPath, problem.message);
      });
    }),
  );
}

/** A parameter that is missing is looked for in what it should stand in. */
function lineOfParameter(place: TransformerPlace | undefined, path: DocumentPath): number | undefined {
  for (let length = path.length; length >= 0; length--) {
    const line = place?.parameterLines?.get(formatPath(path.slice(0, length)));
    if (line !== undefined) return line;
  }
  return place?.line;
}

function adviseName(meant: string | undefined, known: readonly string[]): string {
  if (meant !== undefined) return `did you mean "${meant}"?`;
  return known.length === 0 ? 'remove it' : `known are: ${showNames(known)}`;
}

function toProblem(file: string, line: number | undefined, path: DocumentPath, message: string): Problem {
  return { file, ...(line !== undefined && { line }), path: formatPath(path), message };
}
