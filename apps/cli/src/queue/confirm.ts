import { createInterface } from 'node:readline/promises';

/** Where answers come from: standard input, or what stands for it. */
export type Input = NodeJS.ReadableStream & {
  /** A person is there. */
  readonly isTTY?: boolean;
};

/** Who is asked, and how. */
export interface ConfirmInput {
  readonly stdin: Input;
  readonly stderr: NodeJS.WritableStream;
  readonly signal: AbortSignal;
}

/** Asks a question; only `y` and `yes` are a yes. The end of the input is a no. Rejects with the signal's reason. */
export async function confirm(question: string, { stdin, stderr, signal }: ConfirmInput): Promise<boolean> {
  signal.throwIfAborted();
  const asking = createInterface({ input: stdin, output: stderr });
  try {
    const ended = new Promise<string>((resolve) => asking.once('close', () => resolve('')));
    const answer = await Promise.race([asking.question(`${question} [y/N] `, { signal }), ended]);
    signal.throwIfAborted();
    return /^\s*y(?:es)?\s*$/i.test(answer);
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  } finally {
    asking.close();
  }
}
