/** The last five minutes as the page saw them: what was counted, turned into rates. Pure. */

import { isEngineStream } from "../../../base/record.ts";
import type { PipelineStatus } from "../../../seams/status.ts";

/** Everything that only grows, by name; `in:prices` and `loaded:prices` are of one stream. */
type Counts = Readonly<Record<string, number>>;

export interface Sample {
  /** Milliseconds since 1970, by the pipeline's clock. */
  readonly at: number;
  /** Per second since the sample before; undefined right after a gap, when nobody can say. */
  readonly rates: Counts | undefined;
  readonly lagMs: number;
  readonly onTheirWay: number;
}

export interface History {
  readonly samples: readonly Sample[];
  readonly counts: Counts;
  readonly startedAt: number;
}

export const WINDOW_MS = 300_000;
const SAMPLES_MAX = 320;
/** Readings come each second; after more than this something was missed. */
const GAP_MS = 5000;
/** Rates are shown as the mean of this long, so that figures can be read. */
const MEAN_MS = 3500;

export const NO_HISTORY: History = { samples: [], counts: {}, startedAt: 0 };

export function addStatus(history: History, status: PipelineStatus): History {
  const counts = countsOf(status);
  const last = history.samples.at(-1);
  const passedMs = status.now - (last?.at ?? Number.NEGATIVE_INFINITY);
  if (passedMs <= 0) {
    return history;
  }
  const sameLife = history.startedAt === status.startedAt;
  const known = sameLife && passedMs <= GAP_MS;
  const sample: Sample = {
    at: status.now,
    rates: known ? ratesOf(history.counts, counts, passedMs) : undefined,
    lagMs: Math.max(0, ...status.streams.map(({ lagMs }) => lagMs)),
    onTheirWay: status.streams.reduce((sum, { onTheirWay }) => sum + onTheirWay, 0),
  };
  const oldest = status.now - WINDOW_MS - GAP_MS;
  const kept = history.samples.filter(({ at }) => at >= oldest);
  const samples = [...kept, sample].slice(-SAMPLES_MAX);
  return { samples, counts, startedAt: status.startedAt };
}

/** How much of the past there is to show: what the page has seen, but from a minute up to five. */
export function spanMs(history: History): number {
  const [first] = history.samples;
  const seen = first === undefined ? 0 : (history.samples.at(-1)?.at ?? 0) - first.at;
  return Math.min(WINDOW_MS, Math.max(60_000, seen));
}

/** The mean rate of the last few seconds. */
export function rateOf(history: History, name: string): number {
  const newest = history.samples.at(-1)?.at ?? 0;
  const recent = history.samples.filter(
    ({ at, rates }) => rates !== undefined && at > newest - MEAN_MS,
  );
  const sum = recent.reduce((total, { rates }) => total + (rates?.[name] ?? 0), 0);
  return recent.length === 0 ? 0 : sum / recent.length;
}

export interface Slot {
  readonly from: number;
  readonly accepted: number | undefined;
  readonly loaded: number | undefined;
  readonly lagMs: number;
}

/** The history in slots of `slotMs`, newest first: what a table can show. */
export function toSlots(history: History, slotMs: number): readonly Slot[] {
  const groups = Map.groupBy(history.samples, ({ at }) => Math.floor(at / slotMs) * slotMs);
  return [...groups].toReversed().map(([from, samples]) => ({
    from,
    accepted: mean(samples, "stream"),
    loaded: mean(samples, "loaded"),
    lagMs: Math.max(...samples.map(({ lagMs }) => lagMs)),
  }));
}

function mean(samples: readonly Sample[], name: string): number | undefined {
  const known = samples.flatMap(({ rates }) => rates?.[name] ?? []);
  return known.length === 0 ? undefined : known.reduce((sum, rate) => sum + rate, 0) / known.length;
}

function ratesOf(before: Counts, now: Counts, passedMs: number): Counts {
  const rates = Object.entries(now).map(([name, count]): [string, number] => {
    // A counter that fell was begun anew by its stage; what it grew by is not known.
    const grown = Math.max(0, count - (before[name] ?? count));
    return [name, (grown * 1000) / passedMs];
  });
  return Object.fromEntries(rates);
}

/** What the user's own streams did; the dead letters' stream is no event of theirs. */
function countsOf(status: PipelineStatus): Counts {
  const { gateway, models } = status;
  const streams = status.streams.filter(({ name }) => !isEngineStream(name));
  const sum = (of: (stream: (typeof streams)[number]) => number): number =>
    streams.reduce((total, stream) => total + of(stream), 0);
  const perStream = status.streams.flatMap(({ name, stream, warehouse }): [string, number][] => [
    [`in:${name}`, stream.records],
    [`loaded:${name}`, warehouse.records],
  ]);
  return {
    gateway: gateway.requests,
    check: gateway.accepted,
    stream: sum(({ stream }) => stream.records),
    delivery: sum(({ delivery }) => delivery.records),
    lake: sum(({ delivery }) => delivery.cuts),
    warehouse: sum(({ warehouse }) => warehouse.rows),
    loaded: sum(({ warehouse }) => warehouse.records),
    models: models.reduce((total, { rows }) => total + rows, 0),
    ...Object.fromEntries(perStream),
  };
}
