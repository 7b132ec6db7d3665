/** The windows of all doors: one for each stream whose definition does not switch it off. */

import type { Clock } from "../../base/clock.ts";
import type { StreamName } from "../../base/record.ts";
import type { Timers } from "../../base/timers.ts";
import type { Plan, StreamPlan } from "../../plan/plan.ts";
import type { Appended, RecordBatch } from "../../seams/append.ts";
import type { DedupeMeter } from "../../seams/meter.ts";
import { DedupeWindow, toIdTexts } from "../../stages/gateway/index.ts";
import type { LogReader, Stream } from "../../stages/stream/index.ts";
import { LogRecall } from "./recall.ts";

/** Where an event that the door knows is kept. */
export interface KnownPlace {
  readonly stream: StreamName;
  readonly shard: number;
  readonly sequence: number;
}

export interface Windows extends AsyncDisposable {
  of(stream: string): DedupeWindow | undefined;
  meter(stream: string): DedupeMeter;
  /** The newest record of an id, in every stream whose door knows it. */
  find(id: string): readonly KnownPlace[];
  /** Appends records that are no repeats whatever the window says; it knows them from then on. */
  appendPast(stream: StreamName, batch: RecordBatch, ids: readonly string[]): Promise<Appended>;
}

export interface WindowsOptions {
  readonly plan: Plan;
  readonly clock: Clock;
  readonly log: (stream: string) => Stream;
  readonly openReader: (stream: StreamName) => Promise<LogReader>;
  readonly random: (count: number) => Buffer;
  readonly timers: Timers;
}

const NO_WINDOW: DedupeMeter = {
  windowMs: 0,
  idsMax: 0,
  ids: 0,
  duplicates: 0,
  trouble: undefined,
};

/**
 * Resolves when the windows of streams that name an id are made again from their logs. The others know only what
 * comes with an Idempotency-Key, and read their log when the first such request comes.
 */
export async function openWindows(options: WindowsOptions): Promise<Windows> {
  await using opening = new AsyncDisposableStack();
  const windows = new Map<string, DedupeWindow>();
  for (const stream of options.plan.streams.filter(({ dedupe }) => dedupe.window > 0)) {
    windows.set(stream.name, openWindow(stream, options, opening));
  }
  const named = options.plan.streams.filter(({ id }) => id !== undefined);
  await Promise.all(named.map(async ({ name }) => await windows.get(name)?.recall()));
  const open = opening.move();
  return {
    of: (stream) => windows.get(stream),
    meter: (stream) => windows.get(stream)?.meter() ?? NO_WINDOW,
    find: (id) =>
      options.plan.streams.flatMap(({ name }) => {
        const place = windows.get(name)?.find(id);
        return place === undefined ? [] : [{ stream: name, ...place }];
      }),
    async appendPast(stream, batch, ids) {
      const appended = await options.log(stream).append(batch);
      windows.get(stream)?.remember({ records: batch, ids: toIdTexts(ids), appended });
      return appended;
    },
    [Symbol.asyncDispose]: () => open.disposeAsync(),
  };
}

function openWindow(
  stream: StreamPlan,
  { clock, log, openReader, random, timers }: WindowsOptions,
  opening: AsyncDisposableStack,
): DedupeWindow {
  const { name, dedupe } = stream;
  const appender = log(name);
  const recall = opening.use(
    new LogRecall({
      stream,
      clock,
      openReader: () => openReader(name),
      isSound: () => appender.meter().trouble === undefined,
    }),
  );
  const { window: windowMs, idsMax } = dedupe;
  const about = { stream: name, appender, clock, random, timers, recall };
  // Disposed of before the recall that it reads with.
  return opening.use(new DedupeWindow({ ...about, windowMs, idsMax }));
}
