/** The front of a simulated pipeline: the real gateway, check and logs, on the modelled disk. */

import { join } from "node:path";
import type { StreamPlan } from "../../plan/plan.ts";
import type { Checker } from "../../seams/check.ts";
import { dataPaths } from "../../runtime/data-folder.ts";
import { type Front, openFront } from "../../runtime/front.ts";
import { openChecker } from "../../stages/check/index.ts";
import { folderPlace } from "../../stages/lake/index.ts";
import { openStream, openStreamReader } from "../../stages/stream/index.ts";
import type { Watch } from "../../stages/stream/places.ts";
import type { Life } from "../../testing/simulated/schedule.ts";
import type { World } from "../world.ts";

const PATHS = dataPaths("/data");
export const LAKE_FOLDER = join(PATHS.root, "lake");
export const LAKE = folderPlace(LAKE_FOLDER);

/** Compiled once per schema: a check keeps nothing from one body to the next. */
const checkers = new WeakMap<StreamPlan["schema"], Checker>();

const COMMIT_MS_MAX = 5000;
const RETRY = { baseMs: 100, maxMs: 2000 };

export async function openFrontProcess(world: World, life: Life): Promise<Front> {
  const { plan, clock, chance, schedule, replace } = world;
  const timers = schedule.timersOf(life);
  const disk = replace.disk(world.disk.of(life), world, life);
  const watch = watchFor(world, life);
  const retry = RETRY;
  const around = { disk, timers, watch, retry, commitMsMax: COMMIT_MS_MAX };
  return await openFront({
    plan,
    paths: PATHS,
    clock,
    parts: {
      openStream: async (options) => {
        const segmentBytes = world.segmentBytes;
        const log = await openStream({ ...options, ...around, segmentBytes });
        return replace.log(log, options.stream, world);
      },
      openStreamReader: (options) => openStreamReader({ ...options, ...around }),
      openChecker: (stream) => {
        const checker = checkers.get(stream.schema) ?? openChecker(stream);
        checkers.set(stream.schema, checker);
        return checker;
      },
      randomBytes: (count) => chance.bytes(count),
      randomUUID: () => chance.uuid(),
      timers,
    },
  });
}

/** A commit is noticed at the next step of the schedule instead of by waking on shared memory. */
export function watchFor(world: World, life: Life): Watch {
  const timers = world.schedule.timersOf(life);
  return (places, durable, { ms, signal }) => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const done = (): void => {
      forgetTimer();
      forgetWish();
      signal?.removeEventListener("abort", done);
      resolve();
    };
    const forgetTimer = timers.after(ms, done);
    const moved = (): boolean => Atomics.load(places, 0) !== durable;
    const forgetWish = world.schedule.when(moved, done, life);
    signal?.addEventListener("abort", done);
    return promise;
  };
}
