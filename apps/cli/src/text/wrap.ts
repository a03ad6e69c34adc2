import { displayWidth } from './display-width.ts';

/**
 * `text` as lines of at most `width` columns, broken between words. A word that is wider stands alone, uncut, so that it can
 * be copied. Control characters must have been escaped before.
 */
export function wrapText(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (line !== '' && displayWidth(longer) > width) {
      lines.push(line);
      line = word;
    } else {
      line = longer;
    }
  }
  return [...lines, line];
}
