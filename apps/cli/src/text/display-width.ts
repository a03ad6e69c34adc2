/** What a person sees as one character, which may be several code points. */
const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** Shows nothing by itself: combining marks, joiners, variation selectors, other format characters. */
const invisible = /^[\p{Mn}\p{Me}\p{Cf}\p{Default_Ignorable_Code_Point}]+$/u;

/**
 * Takes two columns of a terminal: East Asian Wide and Fullwidth by Unicode's blocks (UAX #11), emoji that are shown as
 * pictures without being asked to.
 */
const wide =
  /^[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97c\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{17000}-\u{18cff}\u{1b000}-\u{1b2ff}\u{20000}-\u{3fffd}\p{Emoji_Presentation}]/u;

const plainAscii = /^[\x20-\x7e]*$/;

/** What moves the cursor, changes the terminal, ends a line, or makes text read in another order than it stands. */
const dangerous = /[\p{Cc}\p{Cs}\u2028\u2029\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069]/gu;

/** Columns of a terminal that `text` takes; control characters must have been escaped before. */
export function displayWidth(text: string): number {
  if (plainAscii.test(text)) return text.length;
  let width = 0;
  for (const { segment } of graphemes.segment(text)) width += graphemeWidth(segment);
  return width;
}

function graphemeWidth(grapheme: string): number {
  if (invisible.test(grapheme)) return 0;
  // U+FE0F asks for the picture of a character that is text otherwise.
  return wide.test(grapheme) || grapheme.includes('\ufe0f') ? 2 : 1;
}

/** `text` in at most `width` columns; what was cut is shown by an ellipsis. */
export function truncate(text: string, width: number): string {
  if (displayWidth(text) <= width) return text;
  if (width < 1) return '';
  let kept = '';
  let used = 0;
  for (const { segment } of graphemes.segment(text)) {
    used += graphemeWidth(segment);
    if (used > width - 1) break;
    kept += segment;
  }
  return `${kept}…`;
}

/** `text` filled with spaces to `width` columns, on the right for `left` alignment and on the left for `right`. */
export function pad(text: string, width: number, align: 'left' | 'right'): string {
  const fill = ' '.repeat(Math.max(0, width - displayWidth(text)));
  return align === 'left' ? text + fill : fill + text;
}

/**
 * Text from elsewhere made safe to show: names of guests are chosen by their tenants, and a control character in one
 * must not reach the terminal. `\x1b` for a control character, `\u{202e}` for others.
 */
export function escapeControls(text: string): string {
  return text.replace(dangerous, (character) => {
    const code = character.codePointAt(0) ?? 0;
    return code <= 0xff ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u{${code.toString(16)}}`;
  });
}
