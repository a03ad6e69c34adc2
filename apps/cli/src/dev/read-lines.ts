import type { Readable } from 'node:stream';

/** A line that is longer than this is given in parts: no line of ours is, and memory is bounded. */
const LONGEST_LINE = 4 * 1024 * 1024;

/**
 * The lines of a stream, in the bunches they arrive in; the stream is not read ahead while the loop's body runs. A last
 * line without an end counts too. Ends with the stream.
 */
export async function* readLines(stream: Readable): AsyncGenerator<readonly string[]> {
  stream.setEncoding('utf8');
  let rest = '';
  for await (const chunk of stream as AsyncIterable<string>) {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    if (rest.length > LONGEST_LINE) {
      lines.push(rest);
      rest = '';
    }
    if (lines.length > 0) yield lines;
  }
  if (rest !== '') yield [rest];
}
