/** Numbers, rates and times as the page writes them. Pure. */

const WHOLE = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
const TENTHS = new Intl.NumberFormat("en", {
  minimumFractionDigits: 1,
  maximumFractionDigits: 1,
});
const SHORT = new Intl.NumberFormat("en", { notation: "compact", maximumSignificantDigits: 4 });
const PRICE = new Intl.NumberFormat("en", { maximumSignificantDigits: 6 });
const CLOCK = new Intl.DateTimeFormat("en", { timeStyle: "medium", hourCycle: "h23" });

/** In full while it fits, 123.5M when it no longer does. */
export function showCount(count: number): string {
  return Math.abs(count) < 100_000_000 ? WHOLE.format(count) : SHORT.format(count);
}

/** Exact, for tables. */
export function showWhole(count: number): string {
  return WHOLE.format(count);
}

export function showRate(perSecond: number): string {
  if (perSecond > 0 && perSecond < 9.95) {
    return TENTHS.format(perSecond);
  }
  return perSecond < 100_000 ? WHOLE.format(perSecond) : SHORT.format(perSecond);
}

/** Axis labels: 1.5K, 200. */
export function showShort(value: number): string {
  return SHORT.format(value);
}

export function showPrice(value: number | null): string {
  return value === null ? "" : PRICE.format(value);
}

/** "1 stop", "2 stops". */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${showCount(count)} ${count === 1 ? one : many}`;
}

/** The time of day where the viewer is. */
export function showClock(ms: number): string {
  return Number.isNaN(ms) ? "" : CLOCK.format(ms);
}

/** How long, in the two largest units: 3 d 4 h, 12 m 5 s. */
export function showSpan(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const parts: [number, string][] = [
    [Math.floor(seconds / 86_400), "d"],
    [Math.floor(seconds / 3600) % 24, "h"],
    [Math.floor(seconds / 60) % 60, "m"],
    [seconds % 60, "s"],
  ];
  const first = parts.findIndex(([count]) => count > 0);
  const shown = first === -1 ? parts.slice(3) : parts.slice(first, first + 2);
  return shown.map(([count, unit]) => `${count} ${unit}`).join(" ");
}

/** "now", "12 s ago", "3 m ago": one unit, for things that just happened. */
export function showAgo(ms: number): string {
  if (ms < 1500) {
    return "just now";
  }
  const [count, unit] = showSpan(ms).split(" ");
  return `${count} ${unit} ago`;
}
