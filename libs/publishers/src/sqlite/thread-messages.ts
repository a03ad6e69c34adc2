import type { Refusal } from '@nephometer/plugin';
import type { PublisherErrorCode } from '../publisher-error.ts';
import type { SampleQuery } from './sample-query.ts';

/** What the thread can be asked for. Samples travel packed. */
export type Request =
  | {
      readonly call: 'add';
      readonly path: string;
      readonly pack: Uint8Array;
      /** How long samples are kept, in milliseconds; for ever if absent. */
      readonly retentionMs: number | undefined;
    }
  | { readonly call: 'read'; readonly path: string; readonly query: SampleQuery }
  | { readonly call: 'close' };

/** What the answer to each request is. */
export interface Answers {
  readonly add: readonly Refusal[];
  readonly read: Uint8Array;
  readonly close: undefined;
}

/** An error on its way between the threads, which do not share classes. Without a code it is a bug. */
export interface Failure {
  readonly code: PublisherErrorCode | undefined;
  readonly message: string;
  readonly cause: unknown;
}

/** What the main thread sends. */
export type ToThread = Request & { readonly id: number };

/** What the thread sends. */
export type FromThread =
  { readonly id: number; readonly value: Answers[keyof Answers] } | { readonly id: number; readonly failure: Failure };
