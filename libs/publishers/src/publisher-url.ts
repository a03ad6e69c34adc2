import { deliveryOptionNames } from '@nephometer/pipeline-config';
import { suggest } from '@nephometer/service';

/** The parts of a publisher's URL, as they stand: nothing is decoded but the options. */
export interface PublisherUrl {
  /** In lower case. */
  readonly scheme: string;
  /** What stands between `//` and the path: user, host, port; may be empty. */
  readonly authority: string;
  /** From the first `/` on; may be empty. */
  readonly path: string;
  /** The options of the query in their order; one without `=` has an empty value. */
  readonly options: readonly (readonly [name: string, value: string])[];
}

// RFC 3986, appendix B, with a scheme and `//` required. Not the URL class: that rewrites hosts and paths of some schemes.
const pattern = /^([a-z][a-z0-9+.-]*):\/\/([^/?#]*)([^?#]*)(?:\?([^#]*))?(?:#.*)?$/is;

/** A publisher's URL in full: one without `://`, for example `console`, gets it appended, as in Ceilometer. */
export function completePublisherUrl(url: string): string {
  return url.includes('://') ? url : `${url}://`;
}

/** The parts of a publisher's URL, which need not be complete; `undefined` if it is none. */
export function parsePublisherUrl(url: string): PublisherUrl | undefined {
  const [, scheme, authority, path, query] = pattern.exec(completePublisherUrl(url)) ?? [];
  if (scheme === undefined) return undefined;
  return {
    scheme: scheme.toLowerCase(),
    authority: authority ?? '',
    path: path ?? '',
    options: [...new URLSearchParams(query ?? '')],
  };
}

/** What is wrong with the options as a whole: names that are not known, and names that occur twice. */
export function checkOptionNames({ options }: PublisherUrl, known: readonly string[]): readonly string[] {
  const names = options.map(([name]) => name);
  const may = known.length === 0 ? 'it takes none' : `it takes ${known.join(', ')}`;
  return [...new Set(names)].flatMap((name) => {
    if (!known.includes(name)) {
      const meant = suggest(name, [...known, ...deliveryOptionNames]);
      return [`there is no option "${name}"; ${may}${meant === undefined ? '' : `; did you mean "${meant}"?`}`];
    }
    return names.indexOf(name) === names.lastIndexOf(name) ? [] : [`the option "${name}" is given more than once`];
  });
}

/** The value of an option; `undefined` if it is not given. */
export function optionOf({ options }: PublisherUrl, name: string): string | undefined {
  return options.find(([candidate]) => candidate === name)?.[1];
}
