import type { ParsedLine } from './parse-observation.ts';
import type { Window } from './read-windows.ts';

/** Something that brings Ceilometer's samples: a file that is followed, a queue. */
export interface Feed {
  /** For people: the path, or the URL without its password. */
  readonly name: string;
  /**
   * What has come since the last call, in bunches; ends where there is no more for now. One call at a time. Rejects if it
   * cannot go on, or with the signal's reason.
   */
  read(signal: AbortSignal): AsyncGenerator<readonly Arrival[]>;
  /** What became of it so far, for the report. */
  facts(): FeedFacts;
  /** Spans of time, by the clock of this machine, in which something may have come that is not known here; in their order. */
  gaps(): readonly Window[];
  /** Nothing is left of it afterwards. Safe twice, never rejects. */
  close(): Promise<void>;
}

/** Something that came: a sample, or what is none. */
export interface Arrival {
  readonly parsed: ParsedLine;
  /** What it was made from, to show the beginning of it: a line, a message. */
  readonly text: string;
}

/** What a report says about a feed, as data. */
export type FeedFacts = FileFacts | QueueFacts;

/** About a file that was followed. */
export interface FileFacts {
  readonly kind: 'file';
  readonly path: string;
  /** How often it was replaced by another one of that name. */
  readonly rotations: number;
  /** How often it was cut off, or written anew. */
  readonly restarts: number;
}

/** About a queue that was read. */
export interface QueueFacts {
  readonly kind: 'queue';
  /** Without the password. */
  readonly url: string;
  readonly exchange: string;
  /** What the queue was bound by. */
  readonly keys: readonly string[];
  readonly messages: number;
  /** How often the connection was lost. */
  readonly losses: number;
  /** Why there was no connection at the end. */
  readonly lost?: string;
  /** How often the queue was found full: the oldest messages were dropped. */
  readonly overflows: number;
  /** When messages may be missing, ISO 8601 in UTC. */
  readonly gaps: readonly { readonly from: string; readonly to: string }[];
}
