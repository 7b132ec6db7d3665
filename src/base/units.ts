/** Durations and sizes as people write them: "60s", "7d", "5MiB". */

const MS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

const BYTES: Readonly<Record<string, number>> = {
  B: 1,
  KiB: 1024,
  MiB: 1_048_576,
  GiB: 1_073_741_824,
  kB: 1000,
  MB: 1_000_000,
  GB: 1_000_000_000,
};

/** A duration as text; `toMs` proves it. */
export type DurationText = `${number}${"ms" | "s" | "m" | "h" | "d"}`;
/** A size as text; `toBytes` proves it. */
export type SizeText = `${number}${"B" | "KiB" | "MiB" | "GiB" | "kB" | "MB" | "GB"}`;

/** Milliseconds of "250ms", "60s", "5m", "2h", "7d"; undefined when it is none of these. */
export function toMs(text: string): number | undefined {
  return scale(text, MS);
}

/** Bytes of "512B", "64KiB", "5MiB", "1GB"; undefined when it is none of these. */
export function toBytes(text: string): number | undefined {
  return scale(text, BYTES);
}

function scale(text: string, units: Readonly<Record<string, number>>): number | undefined {
  const match = /^(\d+(?:\.\d+)?)\s*([A-Za-z]+)$/.exec(text.trim());
  const unit = match === null ? undefined : units[match[2] ?? ""];
  if (match === null || unit === undefined) {
    return undefined;
  }
  return Math.round(Number(match[1]) * unit);
}

/** A size for people: 1.5 MiB. */
export function showBytes(bytes: number): string {
  const steps = ["B", "KiB", "MiB", "GiB", "TiB"];
  let value = bytes;
  let step = 0;
  while (value >= 1024 && step < steps.length - 1) {
    value /= 1024;
    step += 1;
  }
  return `${step === 0 ? value : value.toFixed(1)} ${steps[step]}`;
}

/** Units of time, how many of each are shown at most before the next one, and the places behind the point. */
const TIMES: readonly (readonly [ms: number, unit: string, countMax: number, digits: number])[] = [
  [1000, "s", 90, 1],
  [60_000, "min", 90, 0],
  [3_600_000, "h", 48, 1],
  [86_400_000, "d", Infinity, 1],
];

/** A duration for people: 250 ms, 1.5 s, 3 min, 2.1 h, 7 d. */
export function showMs(ms: number): string {
  const whole = TIMES.findLast(
    ([size, , max]) => ms >= size && ms % size === 0 && ms <= size * max,
  );
  if (whole !== undefined) {
    return `${ms / whole[0]} ${whole[1]}`;
  }
  const part = ms < 1000 ? undefined : TIMES.find(([size, , max]) => ms < size * max);
  return part === undefined
    ? `${Math.round(ms)} ms`
    : `${(ms / part[0]).toFixed(part[3])} ${part[1]}`;
}
