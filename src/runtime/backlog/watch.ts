/** Looks at what is on its way, stream by stream, and shuts or opens the doors. */

import { statfs } from "node:fs/promises";
import type { Clock } from "../../base/clock.ts";
import { isEngineStream } from "../../base/record.ts";
import type { Plan } from "../../plan/plan.ts";
import type { PipelineStatus, StreamStatus } from "../../seams/status.ts";
import type { Chore } from "../upkeep/upkeep.ts";
import { BacklogMeter } from "./backlog-meter.ts";
import type { Gates } from "./gates.ts";

export interface BacklogParts {
  readonly plan: Plan;
  readonly gates: Gates;
  readonly status: () => PipelineStatus;
  /** The data folder: its volume is what fills up. */
  readonly root: string;
  readonly clock: Clock;
}

/** What comes in between two looks may go past the bound. */
const LOOK_MS = 250;

export function watchBacklog(parts: BacklogParts): Chore {
  const { plan, gates, clock, root } = parts;
  const meters = new Map(plan.streams.map(({ name }) => [name, new BacklogMeter()]));
  // Nobody sets the engine's own streams: they ask for no more room than the least of the others.
  const users = plan.streams.filter(({ name }) => !isEngineStream(name));
  const floor = Math.min(...users.map(({ backlog }) => backlog.freeDisk));
  return {
    name: "backlog",
    everyMs: LOOK_MS,
    run: async () => {
      const status = parts.status();
      const freeBytes = await readFree(root);
      for (const { name, backlog } of plan.streams) {
        const now = status.streams.find((one) => one.name === name);
        if (now !== undefined) {
          const bytes = meters.get(name)?.bytes(now.stream, now.warehouse.records) ?? 0;
          const { max: bytesMax } = backlog;
          const freeBytesMin = isEngineStream(name) ? floor : backlog.freeDisk;
          const stuck = nameStuck(status, now);
          gates.judge(
            { stream: name, bytes, bytesMax, freeBytes, freeBytesMin, stuck },
            clock.now(),
          );
        }
      }
    },
  };
}

async function readFree(root: string): Promise<number> {
  const { bavail, bsize } = await statfs(root);
  return bavail * bsize;
}

/** The first stop after the log that has something waiting, and what it says itself. */
export function nameStuck(
  { warehouse: house }: Pick<PipelineStatus, "warehouse">,
  { stream, delivery, warehouse }: Pick<StreamStatus, "stream" | "delivery" | "warehouse">,
): string {
  if (delivery.trouble !== undefined) {
    return `delivery: ${delivery.trouble.message}`;
  }
  if (!house.up) {
    return "the warehouse is down";
  }
  if (warehouse.trouble !== undefined) {
    return `the warehouse: ${warehouse.trouble.message}`;
  }
  // Both may have something waiting; the one with more of it holds the other up.
  return stream.records - delivery.records > delivery.records - warehouse.records
    ? "delivery does not keep up"
    : "the warehouse does not keep up, or does not answer";
}
