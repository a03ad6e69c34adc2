import { describeValue, problemAt, suggest } from '@nephometer/service';
import type { Problem, YamlDocument } from '@nephometer/service';
import { isEmptyCollection } from './is-mapping.ts';
import { nameOf } from './source-fields.ts';
import { ignoredKeys, rawEntries, unusualValues } from './source-list.ts';
import type { RawEntry } from './source-list.ts';

/** What is wrong between the parts of a pipeline.yaml, and what in it we cannot honour. */
export function pipelineProblems(document: YamlDocument): readonly Problem[] {
  return [
    ...missingSinks(document),
    ...danglingSinks(document),
    ...duplicatePipelines(document),
    ...transformers(document),
  ];
}

/** What in a pipeline.yaml has no effect, or an effect that is hardly meant. */
export function pipelineWarnings(
  document: YamlDocument,
  { doesPolling }: { readonly doesPolling: boolean },
): readonly Problem[] {
  const reason = 'polling.yaml says what is polled and when';
  const ignored = doesPolling ? {} : { interval: reason, resources: reason, discovery: reason };
  return [
    ...unusualValues(document),
    ...ignoredKeys(document, ignored),
    ...unusedSinks(document),
    ...repeatedPublishers(document),
  ];
}

function missingSinks(document: YamlDocument): readonly Problem[] {
  return rawEntries(document, 'sources').flatMap((source) => {
    const { sinks } = source.value;
    if (sinks === undefined || !(sinks === null || sinks === '' || isEmptyCollection(sinks))) return [];
    const message = `No sink defined in source ${label(source)}; list at least one of the sinks below`;
    return [problemAt(document, [...source.path, 'sinks'], message)];
  });
}

function danglingSinks(document: YamlDocument): readonly Problem[] {
  const sinks = namesOf(rawEntries(document, 'sinks'));
  return rawEntries(document, 'sources').flatMap((source) =>
    sinkReferences(source).flatMap(({ name, index }) => {
      if (sinks.includes(name)) return [];
      const meant = suggest(name, sinks);
      const advice = meant === undefined ? 'add the sink or remove the name' : `did you mean "${meant}"?`;
      const message = `Dangling sink ${name} from source ${label(source)}; ${advice} (sinks: ${sinks.join(', ')})`;
      return [problemAt(document, [...source.path, 'sinks', index], message)];
    }),
  );
}

/** A pipeline is named `source:sink`, or just the name if both have the same. */
function duplicatePipelines(document: YamlDocument): readonly Problem[] {
  const seen = new Set<string>();
  return rawEntries(document, 'sources').flatMap((source) =>
    sinkReferences(source).flatMap(({ name, index }) => {
      const own = nameOf(source.value['name']);
      if (own === undefined) return [];
      const pipeline = own === name ? own : `${own}:${name}`;
      if (!seen.has(pipeline)) {
        seen.add(pipeline);
        return [];
      }
      const message = `Duplicate pipeline name: ${pipeline}; a source names each sink once, remove this one`;
      return [problemAt(document, [...source.path, 'sinks', index], message)];
    }),
  );
}

function transformers(document: YamlDocument): readonly Problem[] {
  return rawEntries(document, 'sinks').flatMap(({ path, value }) => {
    const list = value['transformers'];
    if (list === undefined || list === null || list === '' || (Array.isArray(list) && list.length === 0)) return [];
    const names = Array.isArray(list) ? list.map(transformerName).join(', ') : describeValue(list);
    const message = `transformers are not supported yet (${names}); remove them, and compute rates where the samples are stored`;
    return [problemAt(document, [...path, 'transformers'], message)];
  });
}

function transformerName(entry: unknown): string {
  const name = typeof entry === 'object' && entry !== null && 'name' in entry ? entry.name : undefined;
  return nameOf(name) ?? describeValue(entry);
}

function unusedSinks(document: YamlDocument): readonly Problem[] {
  const used = new Set(
    rawEntries(document, 'sources')
      .flatMap(sinkReferences)
      .map(({ name }) => name),
  );
  return rawEntries(document, 'sinks').flatMap(({ path, value }) => {
    const name = nameOf(value['name']);
    if (name === undefined || used.has(name)) return [];
    return [problemAt(document, [...path, 'name'], `no source names the sink ${name}: nothing is sent there`)];
  });
}

function repeatedPublishers(document: YamlDocument): readonly Problem[] {
  return rawEntries(document, 'sinks').flatMap(({ path, value }) => {
    const urls: readonly unknown[] = Array.isArray(value['publishers']) ? value['publishers'] : [];
    return urls.flatMap((url, index) => {
      if (urls.indexOf(url) === index) return [];
      return [problemAt(document, [...path, 'publishers', index], 'listed twice: every sample is sent there twice')];
    });
  });
}

function sinkReferences({ value }: RawEntry): { readonly name: string; readonly index: number }[] {
  const list: readonly unknown[] = Array.isArray(value['sinks']) ? value['sinks'] : [];
  return list.flatMap((entry, index) => {
    const name = nameOf(entry);
    return name === undefined ? [] : [{ name, index }];
  });
}

function namesOf(entries: readonly RawEntry[]): readonly string[] {
  return entries.flatMap(({ value }) => nameOf(value['name']) ?? []);
}

function label({ path, value }: RawEntry): string {
  return nameOf(value['name']) ?? `number ${Number(path[1]) + 1}`;
}
