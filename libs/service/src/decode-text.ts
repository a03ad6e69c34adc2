import type { Parsed } from './problem.ts';

/**
 * Bytes of a file as text. They must be UTF-8; a byte order mark in front is dropped. Anything else is a problem that
 * names the line of the first byte that does not fit.
 */
export function decodeText(bytes: Uint8Array, { file }: { readonly file: string }): Parsed<string> {
  const first = bytes[0];
  const second = bytes[1];
  if ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff)) {
    const message = 'the file is encoded in UTF-16; save it as UTF-8';
    return { ok: false, problems: [{ file, line: 1, path: '', message }], warnings: [] };
  }
  try {
    return { ok: true, value: new TextDecoder('utf-8', { fatal: true }).decode(bytes), warnings: [] };
  } catch {
    const message = 'the file is not valid UTF-8 from this line on; save it as UTF-8';
    return { ok: false, problems: [{ file, line: lineOfBadByte(bytes), path: '', message }], warnings: [] };
  }
}

/** No UTF-8 sequence contains a line feed, so each line can be tried alone. */
function lineOfBadByte(bytes: Uint8Array): number {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let line = 1;
  let start = 0;
  for (;;) {
    const end = bytes.indexOf(0x0a, start);
    try {
      decoder.decode(bytes.subarray(start, end === -1 ? bytes.length : end));
    } catch {
      return line;
    }
    if (end === -1) return line;
    line++;
    start = end + 1;
  }
}
