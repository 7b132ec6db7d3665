/** The records of files, each when its time has come. */

import type { ReplaySourcePlan } from "../../../plan/sources/source-plan.ts";
import { type FileBatch, recordPlaces, sliceBatch } from "../files/batches.ts";
import { type FilesContext, readFiles } from "../files/read-files.ts";
import type { ReadBatch } from "../reader.ts";
import { type Pace, toDue } from "./pace.ts";
import { timesOf } from "./times.ts";

/** Records due so soon after each other go together: a batch costs a commit. */
const BEAT_MS = 100;

/** After a restart history goes on from the next record, at once: the time between was nobody's. */
export function readReplay(
  plan: ReplaySourcePlan,
  context: FilesContext,
): AsyncIterable<ReadBatch> {
  const { speed } = plan;
  return speed === "max"
    ? readFiles(plan, context)
    : readFiles(plan, context, paced({ ...plan, speed }, context));
}

type Paced = ReplaySourcePlan & { readonly speed: number };

function paced(
  plan: Paced,
  context: FilesContext,
): (batch: FileBatch) => AsyncGenerator<FileBatch> {
  const { clock, sleep, signal, tell } = context;
  let pace: Pace | undefined;
  return async function* (batch) {
    const places = recordPlaces(batch);
    const times = timesOf(batch, plan.time);
    let from = 0;
    while (from < batch.records && !signal.aborted) {
      const wall = clock.now();
      const to = endOfBeat(from, wall);
      if (to > from) {
        const time = times[to - 1];
        const at = time === undefined ? "?" : new Date(time).toISOString();
        yield sliceBatch(batch, places, { from, to });
        tell({ progress: `at ${at}, ${plan.speed}x` });
        from = to;
        continue;
      }
      await sleep(Math.max(1, dueAt(from, wall) - wall));
    }

    function dueAt(member: number, wall: number): number {
      const time = times[member];
      if (time === undefined) {
        return wall;
      }
      const due = toDue(pace, time, { wall, speed: plan.speed, pauseMax: plan.pauseMax });
      pace = due.pace;
      return due.at;
    }

    /** Behind the last record that is due within this beat. */
    function endOfBeat(first: number, wall: number): number {
      let to = first;
      while (to < batch.records && dueAt(to, wall) <= wall + (to === first ? 0 : BEAT_MS)) {
        to += 1;
      }
      return to;
    }
  };
}
