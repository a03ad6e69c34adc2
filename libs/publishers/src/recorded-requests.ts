import { readFileSync } from 'node:fs';
import type { Sample } from '@nephometer/sample';
import { fromPython } from './example.ts';
import type { PythonSample } from './example.ts';

// What the specs of the HTTP publishers compare with: requests of Ceilometer's own, made of the samples beside them.

/** A request as Ceilometer hands it to its HTTP library. */
export interface RecordedRequest {
  /** The URL. */
  readonly POST: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly timeout: number;
  readonly auth: readonly [user: string, password: string] | null;
  readonly verify: boolean;
  readonly cert: readonly [certificate: string, key: string] | null;
  readonly body: string;
}

interface RecordedCases {
  readonly samples: readonly PythonSample[];
  readonly cases: readonly { readonly url: string; readonly requests: readonly RecordedRequest[] }[];
}

/** The samples and, by publisher URL, the requests of a version. */
export function recordedRequests(version: 'head' | '19.0.0'): {
  readonly samples: readonly Sample[];
  readonly requestsOf: (url: string) => readonly RecordedRequest[];
} {
  const file = new URL('../testdata/http-requests.json', import.meta.url);
  const { samples, cases } = (JSON.parse(readFileSync(file, 'utf8')) as Record<typeof version, RecordedCases>)[version];
  return {
    samples: samples.map((sample) => ({ ...fromPython(sample), userName: null, projectName: null })),
    requestsOf(url) {
      const found = cases.find((candidate) => candidate.url === url);
      if (!found) throw new Error(`nothing is recorded of ${url}`);
      return found.requests;
    },
  };
}
