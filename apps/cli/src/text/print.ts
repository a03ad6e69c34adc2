import { styleText } from 'node:util';

/** Where a command's data goes: standard output, or what stands for it. */
export type Output = NodeJS.WritableStream & {
  /** A person looks at it. */
  readonly isTTY?: boolean;
  /** Width of the terminal. */
  readonly columns?: number;
};

/**
 * Writes text and waits until it is out of our hands, so that nothing is cut off when the process ends.
 *
 * Rejects with the signal's reason when aborted, also when the abort comes from the reader having gone.
 */
export function print(output: Output, text: string, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) {
      reject(signal.reason as Error);
      return;
    }
    const abort = (): void => reject(signal.reason as Error);
    signal.addEventListener('abort', abort, { once: true });
    output.write(text, (error) => {
      // The stream reports an error here first and emits it afterwards; whoever listens there aborts the signal.
      setImmediate(() => {
        signal.removeEventListener('abort', abort);
        if (error) reject(error);
        else resolve();
      });
    });
  });
}

/** Writes lines, each ended, see {@link print}. */
export function printLines(output: Output, lines: readonly string[], signal: AbortSignal): Promise<void> {
  return print(output, lines.map((line) => `${line}\n`).join(''), signal);
}

/** The name of a text format, as `node:util` knows it. */
export type Format = 'bold' | 'dim' | 'inverse' | 'red' | 'yellow';

/** A function that formats text, or leaves it as it is where nobody would see it: no terminal, or `NO_COLOR` is set. */
export type Style = (format: Format, text: string) => string;

/** How to format what goes to `output`. */
export function createStyle(output: Output, env: Readonly<NodeJS.ProcessEnv>): Style {
  const plain = output.isTTY !== true || (env.NO_COLOR ?? '') !== '' || env.TERM === 'dumb';
  return (format, text) => (plain ? text : styleText(format, text, { validateStream: false }));
}
