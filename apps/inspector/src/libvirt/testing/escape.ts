const escapes: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  "'": '&apos;',
  '"': '&quot;',
};
/** Text as it stands in XML, in an element or in an attribute. */
export const escape = (text: string): string => text.replace(/[&<>'"]/g, (character) => escapes[character] ?? '');
