/** What delivery streams need of the pipeline around them: logs, sources, and somebody who delivers. */

import type { Clock } from "../../../../base/clock.ts";
import type { StreamPlan } from "../../../../plan/plan.ts";
import type { Appender } from "../../../../seams/append.ts";
import type { Position } from "../../../../seams/consume.ts";
import type { Surroundings } from "../config/to-destination.ts";
import type { RunPlan } from "../run/stream-run.ts";

/** A stream that the pipeline defines: what is put into it goes the way of every event. */
export interface OwnStream {
  readonly plan: StreamPlan;
  /** Each record is an event; durable, accepted or set aside, when resolved. */
  put(records: readonly Buffer[], about: PutAbout): Promise<void>;
}

export interface PutAbout {
  readonly caller: string;
  readonly requestId: string;
}

export interface FirehoseWorld {
  readonly clock: Clock;
  readonly uuid: () => string;
  readonly account: string;
  readonly region: string;
  /** When the pipeline was started: the time its own delivery streams came to be. */
  readonly startedAt: number;
  readonly around: Surroundings;
  readonly own: ReadonlyMap<string, OwnStream>;
  /** Opens the log that records are put into, and makes it when there is none. */
  openLog(id: string): Promise<Appender>;
  /** Closes a log and removes everything in it. */
  removeLog(id: string): Promise<void>;
  /** The place behind the newest record of a Kinesis stream; undefined when there is no such stream. */
  newest(stream: string): Promise<Position | undefined>;
  /**
   * Delivers these and no others from now on, and keeps nothing of what is `gone`, by id. Resolves to true when that
   * is so, to false when it may take longer.
   */
  serve(plans: readonly RunPlan[], gone: readonly string[]): Promise<boolean>;
  readonly log: (line: string) => void;
}
