/**
 * The first `count` items; the source is told to stop then.
 *
 * @throws Error when the source ends earlier, with the number it gave; whatever the source throws. To wait with a limit,
 *   give the source a signal.
 */
export async function collect<T>(source: AsyncIterable<T>, count: number): Promise<T[]> {
  const items: T[] = [];
  if (count === 0) return items;
  for await (const item of source) {
    items.push(item);
    if (items.length === count) return items;
  }
  throw new Error(`the source ended after ${items.length} of ${count} items`);
}
