import type { Readable } from 'node:stream';
import { createInterface } from 'node:readline';

/** Which of a process's two outputs. */
export type OutputName = 'stdout' | 'stderr';

/** One line of output, without its line end. */
export interface OutputLine {
  readonly from: OutputName;
  readonly text: string;
}

/** What a process wrote, line by line, in the order in which it arrived. */
export interface OutputLines {
  readonly all: readonly OutputLine[];
  /** Calls `listener` for each line from now on; gives the function that ends that. */
  listen(listener: (line: OutputLine) => void): () => void;
}

/** Keeps every line for as long as the process object lives: for tests, whose processes say little. */
export function captureLines(streams: Readonly<Record<OutputName, Readable>>): OutputLines {
  const all: OutputLine[] = [];
  const listeners = new Set<(line: OutputLine) => void>();
  for (const from of ['stdout', 'stderr'] as const) {
    createInterface({ input: streams[from], crlfDelay: Infinity }).on('line', (text) => {
      const line = { from, text };
      all.push(line);
      for (const listener of listeners) listener(line);
    });
  }
  return {
    all,
    listen: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
