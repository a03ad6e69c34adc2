/**
 * The order in which Python sorts text: by code point. That of JavaScript, by UTF-16 unit, puts what lies beyond U+FFFF
 * before U+E000 to U+FFFF.
 *
 * @returns negative if `a` comes first, positive if `b` does, 0 if they are equal
 */
export function compareCodePoints(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let index = 0; index < length; index++) {
    const unitOfA = a.charCodeAt(index);
    const unitOfB = b.charCodeAt(index);
    if (unitOfA !== unitOfB) return rank(unitOfA) - rank(unitOfB);
  }
  return a.length - b.length;
}

/** Halves of pairs stand for what lies beyond U+FFFF: they rank above all other units. */
function rank(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit;
}
