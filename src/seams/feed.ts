/** dashboard → its page. What the feed's events and the chart answers carry; both ends are typed by it. */

import type { Instant } from "../base/clock.ts";
import type { Reason } from "../base/dead-letter.ts";

/** One dead letter as the page shows it. */
export interface NewestLetter {
  readonly id: string;
  readonly stream: string;
  readonly stage: string;
  readonly cause: string;
  readonly reasons: readonly Reason[];
  /** ISO 8601, UTC. */
  readonly receivedAt: string;
  readonly caller: string;
  /** The beginning of the record as text; undefined when its bytes are no text. */
  readonly preview: string | undefined;
}

/** Event `dead-letters` of the feed: newest first, sent when it changed. */
export interface LetterNews {
  readonly total: number;
  readonly letters: readonly NewestLetter[];
}

/** One accepted event, shortened; event `tail` of the feed carries a list of them, newest last. */
export interface TailEvent {
  readonly stream: string;
  readonly id: string;
  readonly acceptedAt: Instant;
  readonly text: string;
}

/** What `/v1/charts` tells of each chart. */
export interface ChartFacts {
  readonly kind: "candlestick";
  readonly title: string;
  readonly table: string;
  readonly slicers: readonly string[];
}

/** The values of one slicer, given what is chosen in the slicers before it. */
export interface SlicerChoices {
  readonly name: string;
  readonly values: readonly string[];
  /** There are more values than these. */
  readonly truncated: boolean;
  /** The value asked for if there is one like it, else the one with the most points; absent without any. */
  readonly chosen?: string;
}

export type Candle = readonly [
  time: string,
  open: number | null,
  high: number | null,
  low: number | null,
  close: number | null,
];

/** One choice's points, oldest first. */
export interface ChartSeries {
  readonly rows: readonly Candle[];
  /** Older points were left out. */
  readonly truncated: boolean;
}

/** An event that fits a stream's schema, for people to try. */
export interface ExampleEvent {
  readonly stream: string;
  readonly event: Readonly<Record<string, unknown>>;
}
