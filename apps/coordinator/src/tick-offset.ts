/**
 * Where in its interval a task is due: stable over restarts, and spread so that tasks and members do not all call at once.
 *
 * @returns milliseconds from 0 to `intervalMs` (exclusive): 32-bit FNV-1a of the name, modulo the interval
 */
export function tickOffset(name: string, intervalMs: number): number {
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(name)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return hash % intervalMs;
}
