/** Turns a series' rows into what the candlestick chart takes: whole, in order, one per time. Pure. */

import type { Candle } from "../../../seams/feed.ts";

export interface Bar {
  /** Seconds since 1970, UTC. */
  readonly time: number;
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
}

/** A time that is known with no price: a gap, not a zero. */
export interface Gap {
  readonly time: number;
}

/** Times without a zone are UTC. Later rows of the same time win; times that cannot be read are left out. */
export function toBars(rows: readonly Candle[]): readonly (Bar | Gap)[] {
  const byTime = new Map<number, Bar | Gap>();
  for (const row of rows) {
    const time = toSeconds(row[0]);
    if (time !== undefined) {
      byTime.set(time, toBar(time, row));
    }
  }
  return [...byTime.values()].toSorted((one, other) => one.time - other.time);
}

export function isBar(one: Bar | Gap): one is Bar {
  return "close" in one;
}

function toBar(time: number, row: Candle): Bar | Gap {
  const [, open, high, low, close] = row;
  return open === null || high === null || low === null || close === null
    ? { time }
    : { time, open, high, low, close };
}

function toSeconds(text: string): number | undefined {
  const iso = text.replace(" ", "T");
  const zoned = /^\d{4}-\d{2}-\d{2}$/.test(iso) || /(Z|[+-]\d\d(:?\d\d)?)$/.test(iso);
  const ms = Date.parse(zoned ? iso : `${iso}Z`);
  return Number.isNaN(ms) ? undefined : Math.floor(ms / 1000);
}
