/**
 * A text in double quotes, on one line and without anything a terminal would obey: JSON, and in YAML the same text. Beyond
 * what JSON escapes these are the other line ends, controls, and marks that turn the direction of writing.
 */
export function quote(text: string): string {
  return JSON.stringify(text).replace(
    /[\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
