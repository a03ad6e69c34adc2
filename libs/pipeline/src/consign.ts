import type { Sample } from '@nephometer/sample';
import type { Routes, TransformingSink } from './routes.ts';

/**
 * Sorts a batch by publisher, through the transformers of the sinks that have some, which are flushed at its end.
 *
 * @returns what each publisher gets, by URL, in order; and how many samples no source wants
 */
export function consign(
  samples: readonly Sample[],
  routes: Routes,
): { readonly consignments: ReadonlyMap<string, readonly Sample[]>; readonly unmatched: number } {
  const consignments = new Map<string, Sample[]>();
  let unmatched = 0;
  for (const sample of samples) {
    const { urls, sinks } = routes.of(sample.name);
    addTo(consignments, urls, sample);
    if (sinks.length > 0) transform(consignments, sinks, sample);
    else if (urls.length === 0) unmatched += 1;
  }
  for (const { chain, urls } of routes.sinks) {
    for (const sample of chain.flush()) addTo(consignments, urls, sample);
  }
  return { consignments, unmatched };
}

function transform(consignments: Map<string, Sample[]>, sinks: readonly TransformingSink[], sample: Sample): void {
  for (const { chain, urls } of sinks) {
    const given = chain.handle(sample);
    if (given) addTo(consignments, urls, given);
  }
}

function addTo(consignments: Map<string, Sample[]>, urls: readonly string[], sample: Sample): void {
  for (const url of urls) {
    let consignment = consignments.get(url);
    if (consignment === undefined) consignments.set(url, (consignment = []));
    consignment.push(sample);
  }
}
