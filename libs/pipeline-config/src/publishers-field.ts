import { describeValue, suggest } from '@nephometer/service';
import type { z } from 'zod';
import { deliveryOptionNames, splitDelivery } from './delivery-options.ts';
import type { SplitUrl } from './delivery-options.ts';
import { isLeftEmpty } from './is-left-empty.ts';
import { isPlainMapping } from './is-mapping.ts';
import { showName } from './names.ts';
import type { PipelinePublisher } from './pipeline-config.ts';
import { field } from './source-fields.ts';

const example = 'publishers: ["gnocchi://"]';

/**
 * The publishers of a sink: URLs as in Ceilometer, where one without `://` gets it appended, or mappings of `url` and options,
 * which mean the same as in the URL's query.
 */
export function publishersField(): z.ZodType<readonly PipelinePublisher[]> {
  return field((value, refuse) => {
    if (isLeftEmpty(value)) return refuse(`No publisher specified; list at least one, for example ${example}`);
    if (!Array.isArray(value)) {
      const advice =
        typeof value === 'string' ? `write [${JSON.stringify(value)}] for a list of one` : `for example ${example}`;
      return refuse(`publishers should be a list, got ${describeValue(value)}; ${advice}`);
    }
    return value.flatMap((entry: unknown, index): PipelinePublisher[] => {
      const { url, delivery, problems } = readPublisher(entry);
      for (const problem of problems) refuse(problem, [index, ...optionNamedIn(problem, entry)]);
      return problems.length > 0 ? [] : [{ url, ...(Object.keys(delivery).length > 0 && { delivery }) }];
    });
  });
}

/** The option that a problem of an entry is about: of those beside its URL, the one that is named first; none if none is. */
export function optionNamedIn(problem: string, entry: unknown): readonly [] | readonly [name: string] {
  const words = isPlainMapping(entry) ? problem.split(/[^\w-]+/) : [];
  const named = words.find((word) => word !== 'url' && Object.hasOwn(entry as object, word));
  return named === undefined ? [] : [named];
}

/** One entry of the list; its URL is complete, and empty if there is none. */
export function readPublisher(entry: unknown): SplitUrl {
  const { url, options = {} } = isPlainMapping(entry) ? takeUrl(entry) : { url: entry };
  if (typeof url !== 'string' || url === '') return refused(explainUrl(entry, url));
  const query = new URLSearchParams();
  const odd: string[] = [];
  for (const [name, value] of Object.entries(options)) {
    // What stands beside the URL is meant for us, also where the publisher passes on what it does not know.
    const meant = deliveryOptionNames.includes(name) ? undefined : suggest(name, deliveryOptionNames);
    if (meant !== undefined) {
      odd.push(`there is no option ${showName(name)}; did you mean "${meant}"?`);
      continue;
    }
    for (const one of Array.isArray(value) ? (value as readonly unknown[]) : [value]) {
      if (one === null || typeof one === 'string') query.append(name, one ?? '');
      else if (typeof one === 'number' || typeof one === 'boolean') query.append(name, String(one));
      else
        odd.push(
          `the option ${showName(name)} should be a text or a number, got ${describeValue(one)}; put it in quotes if it is meant as text`,
        );
    }
  }
  const split = splitDelivery(addQuery(withSlashes(url), query.toString()));
  return { ...split, problems: [...odd, ...split.problems] };
}

function takeUrl(entry: Readonly<Record<string, unknown>>): { url: unknown; options: Record<string, unknown> } {
  const { url, ...options } = entry;
  return { url, options };
}

function explainUrl(entry: unknown, url: unknown): string {
  if (isPlainMapping(entry)) {
    return `the url of a publisher should be a text, got ${describeValue(url)}; write url: "gnocchi://" beside its options`;
  }
  const advice = entry === '' || entry === null ? 'remove the entry' : 'put it in quotes if it is meant as text';
  return `a publisher should be a text, got ${describeValue(entry)}; ${advice}`;
}

function refused(...problems: readonly string[]): SplitUrl {
  return { url: '', delivery: {}, problems };
}

/** In front of a query, if there is one. */
function withSlashes(url: string): string {
  return url.includes('://') ? url : url.replace(/(?=[?#])|$/, '://');
}

function addQuery(url: string, query: string): string {
  if (query === '') return url;
  const [, front = url, end = ''] = /^([^#]*)(#.*)?$/s.exec(url) ?? [];
  return `${front}${front.includes('?') ? '&' : '?'}${query}${end}`;
}
