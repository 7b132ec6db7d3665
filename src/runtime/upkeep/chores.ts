/** The chores of a running pipeline and how often each is done. */

import { type Instant, systemClock, toInstant } from "../../base/clock.ts";
import type { KinesisService } from "../../stages/stream/kinesis/index.ts";
import type { Plan } from "../../plan/plan.ts";
import type { Back } from "../back.ts";
import type { RunningJourney } from "../build-journey.ts";
import type { RunningFirehose } from "../firehose/open-firehose.ts";
import type { Front } from "../front.ts";
import type { StatusBoard } from "../show/status.ts";
import { watchBacklog } from "../backlog/watch.ts";
import { booksDue, type BooksPace } from "./books-pace.ts";
import type { DiskUse } from "../../seams/status.ts";
import { readDiskUse } from "./disk-use.ts";
import type { Chore } from "./upkeep.ts";

export interface ChoreParts {
  readonly plan: Plan;
  readonly front: Front;
  readonly back: Back;
  readonly firehose: RunningFirehose;
  readonly journey: RunningJourney;
  readonly board: StatusBoard;
  readonly kinesis: KinesisService;
  readonly disk: DiskLook;
  /** Whether the books are closed now and then without being asked for. */
  readonly books: boolean;
}

/** For waits: a time that nobody sets, whatever the clock is set to. */
function steadyNow(): Instant {
  return toInstant(performance.timeOrigin + performance.now());
}

/** The data folder, and what was found when it was last looked at. */
export interface DiskLook {
  readonly root: string;
  last: DiskUse | undefined;
}

const DISK_LOOK_MS = 5000;
const DISK_MS = 30_000;
const DISK_WAIT_FACTOR = 50;
const LAG_MS = 100;
const TRIM_MS = 60_000;
const TRIM_FIRST_MS = 1000;
const BOOKS_LOOK_MS = 5000;
const SETTLE_MS = 60_000;

/**
 * A closing reads what came since the last one, so the wait for the next grows with what the last one took, and while
 * records pour in it is put off, within a bound.
 */
function closeBooksNowAndThen(
  journey: RunningJourney,
  front: Front,
  plan: Plan,
): () => Promise<void> {
  const count = (): number =>
    plan.streams.reduce((sum, { name }) => sum + front.log(name).meter().records, 0);
  let pace: BooksPace = { closedAt: toInstant(0), workedMs: 0, lookedAt: toInstant(0), records: 0 };
  return async () => {
    const look = { now: steadyNow(), records: count() };
    const due = booksDue(pace, look);
    pace = { ...pace, lookedAt: look.now, records: look.records };
    if (due) {
      const { tookMs, waitedMs = 0 } = await journey.closeOnline();
      const workedMs = tookMs - waitedMs;
      pace = { closedAt: steadyNow(), workedMs, lookedAt: steadyNow(), records: count() };
    }
  };
}

/** A walk over a million files takes its time: the wait for the next one grows with what the last one took. */
function lookAtDisk(disk: DiskLook): () => Promise<void> {
  let due = 0;
  return async () => {
    const started = steadyNow();
    if (started >= due) {
      disk.last = await readDiskUse(disk.root, systemClock.now());
      due = started + Math.max(DISK_MS, DISK_WAIT_FACTOR * (steadyNow() - started));
    }
  };
}

export function upkeepChores(parts: ChoreParts): Chore[] {
  const { plan, front, back, firehose, journey, board, disk, kinesis } = parts;
  const close = {
    name: "books",
    everyMs: BOOKS_LOOK_MS,
    run: closeBooksNowAndThen(journey, front, plan),
  };
  return [
    { name: "delivery streams", everyMs: TRIM_MS, run: () => firehose.trim() },
    { name: "disk use", everyMs: DISK_LOOK_MS, run: lookAtDisk(disk) },
    watchBacklog({
      plan,
      gates: front.gates,
      status: () => board.read(),
      root: disk.root,
      clock: systemClock,
    }),
    { name: "lag", everyMs: LAG_MS, run: () => board.note() },
    ...(parts.books ? [close] : []),
    { name: "dead letters", everyMs: SETTLE_MS, run: () => journey.letters.settle() },
    {
      name: "retention",
      everyMs: TRIM_MS,
      // Also of a pipeline that never lives for a minute.
      firstMs: TRIM_FIRST_MS,
      run: async () => {
        for (const { name, retention } of plan.streams) {
          const delivered = back.delivery.delivered(name);
          if (delivered !== undefined) {
            const keptMs = kinesis.retentionMs(name) ?? retention;
            const before = toInstant(systemClock.now() - keptMs);
            await front.log(name).trim({ before, delivered });
          }
        }
        await kinesis.trim();
      },
    },
  ];
}
