import { isDeepStrictEqual } from 'node:util';
import { problemAt, suggest } from '@nephometer/service';
import type { Problem, YamlDocument } from '@nephometer/service';
import { isLeftEmpty } from './is-left-empty.ts';
import { nameOf, showName, showNames } from './names.ts';
import { publisherName } from './publisher-name.ts';
import { readPublisher } from './publishers-field.ts';
import { ignoredKeys, rawEntries } from './source-list.ts';
import type { RawEntry } from './source-list.ts';
import type { SplitUrl } from './delivery-options.ts';
import { unusualValues } from './unusual-values.ts';

/** What is wrong between the parts of a pipeline.yaml, in the words of Ceilometer. */
export function pipelineProblems(document: YamlDocument): readonly Problem[] {
  return [
    ...missingSinks(document),
    ...danglingSinks(document),
    ...duplicatePipelines(document),
    ...differentDeliveries(document),
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
    ...unusualValues(document, { doesPolling }),
    ...ignoredKeys(document, ignored),
    ...unusedSinks(document),
    ...repeatedPublishers(document),
  ];
}

function missingSinks(document: YamlDocument): readonly Problem[] {
  return rawEntries(document, 'sources').flatMap((source) => {
    const { sinks } = source.value;
    if (sinks === undefined || !isLeftEmpty(sinks)) return [];
    const message = `No sink defined in source ${label(source)}; list at least one of the sinks below`;
    return [problemAt(document, [...source.path, 'sinks'], message)];
  });
}

function danglingSinks(document: YamlDocument): readonly Problem[] {
  const sinks = namesOf(rawEntries(document, 'sinks'));
  const exists = new Set(sinks);
  return rawEntries(document, 'sources').flatMap((source) =>
    sinkReferences(source).flatMap(({ name, index }) => {
      if (exists.has(name)) return [];
      const meant = suggest(name, sinks);
      const advice = meant === undefined ? 'add the sink or remove the name' : `did you mean ${JSON.stringify(meant)}?`;
      const known = sinks.length === 0 ? '' : ` (sinks: ${showNames(sinks)})`;
      const message = `Dangling sink ${showName(name)} from source ${label(source)}; ${advice}${known}`;
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
      const message = `Duplicate pipeline name: ${showName(pipeline)}; a source names each sink once, remove this one`;
      return [problemAt(document, [...source.path, 'sinks', index], message)];
    }),
  );
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
    return [
      problemAt(
        document,
        [...path, 'name'],
        `no source names the sink ${showName(name)}: nothing is sent there; name it or remove it`,
      ),
    ];
  });
}

function repeatedPublishers(document: YamlDocument): readonly Problem[] {
  return rawEntries(document, 'sinks').flatMap((sink) => {
    const seen = new Set<string>();
    return publishersOf(sink).flatMap(({ url, path }) => {
      if (!seen.has(url)) {
        seen.add(url);
        return [];
      }
      return [problemAt(document, path, 'listed twice: every sample is sent there twice; remove one of the two')];
    });
  });
}

/** A publisher has one queue, wherever it is named, and its password does not tell it from others. */
function differentDeliveries(document: YamlDocument): readonly Problem[] {
  const first = new Map<string, PlacedPublisher>();
  return rawEntries(document, 'sinks')
    .flatMap(publishersOf)
    .flatMap((publisher) => {
      const name = publisherName(publisher.url);
      const earlier = first.get(name) ?? publisher;
      first.set(name, earlier);
      const isSame = isDeepStrictEqual(earlier.delivery, publisher.delivery);
      if (isSame && earlier.url === publisher.url) return [];
      const what = isSame ? 'its password or token is' : 'the options of its delivery are';
      const message = `${what} not as on line ${document.lineOf(earlier.path)}; a publisher has one queue, write the same in both places`;
      return [problemAt(document, publisher.path, message)];
    });
}

interface PlacedPublisher {
  readonly url: string;
  readonly delivery: SplitUrl['delivery'];
  readonly path: RawEntry['path'];
}

function publishersOf({ path, value }: RawEntry): readonly PlacedPublisher[] {
  const list: readonly unknown[] = Array.isArray(value['publishers']) ? value['publishers'] : [];
  return list.flatMap((entry, index) => {
    const { url, delivery, problems } = readPublisher(entry);
    return problems.length > 0 ? [] : [{ url, delivery, path: [...path, 'publishers', index] }];
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
  const name = nameOf(value['name']);
  return name === undefined ? `number ${Number(path[1]) + 1}` : showName(name);
}
