/** The chores of a running pipeline and how often each is done. */

import { systemClock, toInstant } from "../base/clock.ts";
import type { Plan } from "../plan/plan.ts";
import type { Back } from "./back.ts";
import type { RunningJourney } from "./build-journey.ts";
import type { Front } from "./front.ts";
import type { StatusBoard } from "./show/status.ts";
import type { Chore } from "./upkeep.ts";

export interface ChoreParts {
  readonly plan: Plan;
  readonly front: Front;
  readonly back: Back;
  readonly journey: RunningJourney;
  readonly board: StatusBoard;
}

const LAG_MS = 100;
const TRIM_MS = 60_000;
const BOOKS_MS = 15_000;
const SETTLE_MS = 60_000;

export function upkeepChores({ plan, front, back, journey, board }: ChoreParts): Chore[] {
  return [
    { name: "lag", everyMs: LAG_MS, run: () => board.note() },
    {
      name: "books",
      everyMs: BOOKS_MS,
      run: async () => {
        await journey.verify(false);
      },
    },
    { name: "dead letters", everyMs: SETTLE_MS, run: () => journey.letters.settle() },
    {
      name: "retention",
      everyMs: TRIM_MS,
      run: async () => {
        for (const { name, retention } of plan.streams) {
          const delivered = back.delivery.delivered(name);
          if (delivered !== undefined) {
            const before = toInstant(systemClock.now() - retention);
            await front.log(name).trim({ before, delivered });
          }
        }
      },
    },
  ];
}
