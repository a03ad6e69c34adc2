/** A unit of samples, and the base unit of Prometheus that takes its place. */
export interface Unit {
  /** The word at the end of a name, `bytes`; empty for what is counted in ones. */
  readonly word: string;
  readonly multiplier: number;
  readonly divisor: number;
}

const ones: Unit = { word: '', multiplier: 1, divisor: 1 };
const times = (word: string, multiplier: number): Unit => ({ word, multiplier, divisor: 1 });
const through = (word: string, divisor: number): Unit => ({ word, multiplier: 1, divisor });

/** What Ceilometer calls a megabyte has always been a mebibyte, and so with the others. */
const units: Readonly<Record<string, Unit>> = {
  B: times('bytes', 1),
  KB: times('bytes', 2 ** 10),
  kB: times('bytes', 2 ** 10),
  KiB: times('bytes', 2 ** 10),
  MB: times('bytes', 2 ** 20),
  MiB: times('bytes', 2 ** 20),
  GB: times('bytes', 2 ** 30),
  GiB: times('bytes', 2 ** 30),
  TB: times('bytes', 2 ** 40),
  TiB: times('bytes', 2 ** 40),
  ns: through('seconds', 1e9),
  us: through('seconds', 1e6),
  ms: through('seconds', 1e3),
  s: times('seconds', 1),
  sec: times('seconds', 1),
  min: times('seconds', 60),
  h: times('seconds', 3600),
  '%': through('ratio', 100),
};

/** The base unit of a sample's unit; one that is not known, as `packet` or none, counts ones. */
export function parseUnit(unit: string): Unit {
  return Object.hasOwn(units, unit) ? (units[unit] ?? ones) : ones;
}
