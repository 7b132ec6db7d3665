/** The managed form over Snowflake in one screen: each pipe's state, its last load, and what waits for it. */

import { systemClock } from "../../base/clock.ts";
import type { ManagedStatus, PipeStatus } from "../../seams/pipe.ts";
import { lookAtPipe, type ManagedPlace, openManaged } from "./look.ts";

/** Asks what `verifyManaged` asks, and changes nothing. Throws WAREHOUSE_LOGIN where there is nothing to log in with. */
export async function statusManaged(place: ManagedPlace): Promise<ManagedStatus> {
  const { clock = systemClock } = place;
  await using opened = openManaged(place);
  const pipes: PipeStatus[] = [];
  for (const names of place.pipes) {
    const { finding, state, closed } = await lookAtPipe(opened, names, clock);
    const seen = state &&
      closed && {
        ...state,
        rows: closed.rows,
        waiting: closed.waiting.length,
        oldestWaiting: closed.waiting[0],
      };
    pipes.push({ pipe: names.pipe, finding, seen });
  }
  return { at: clock.now(), pipes };
}
