/** Means itself to a shell wherever it stands, and is no option. */
const plainWord = /^[A-Za-z0-9._/][A-Za-z0-9._/:@%+=,-]*$/;

/** `text` as one word of a POSIX shell's command line: as it is if it is plain, else in single quotes. */
export function shellWord(text: string): string {
  return plainWord.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
