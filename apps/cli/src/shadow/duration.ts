const UNITS_MS = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/**
 * A span of time as people write it, in ms: `90s`, `10m`, `1.5h`, `2d`; a number alone is seconds. Nothing if the text is none,
 * or no time at all.
 */
export function parseDuration(text: string): number | undefined {
  const [, number = '', unit = 's'] = /^\s*(\d+(?:\.\d+)?)\s*([smhd]?)\s*$/.exec(text) ?? [];
  const ms = Number(number) * UNITS_MS[(unit === '' ? 's' : unit) as keyof typeof UNITS_MS];
  return ms > 0 && Number.isFinite(ms) ? ms : undefined;
}

/** A span of time for a sentence, to the second: `12 s`, `5 min`, `1 h 30 min`. */
export function formatDuration(ms: number): string {
  const seconds = Math.round(ms / 1000);
  if (seconds < 120) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  const rest = minutes % 60;
  return `${Math.floor(minutes / 60)} h${rest === 0 ? '' : ` ${rest} min`}`;
}
