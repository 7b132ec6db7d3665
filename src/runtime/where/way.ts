/** What is told of an event: every record that was accepted under its id, and each one's way, stop by stop. */

import { toInstant } from "../../base/clock.ts";
import type { Cell } from "../../seams/query.ts";

export interface Step {
  readonly stage: "accepted" | "delivered" | "loaded" | "modelled" | "set aside";
  readonly state: "done" | "waiting" | "failed";
  readonly says: string;
  /** ISO 8601, UTC. */
  readonly at?: string;
  readonly facts: Readonly<Record<string, Cell>>;
}

/** A record of the log or of a table, named by its place. */
export interface Place {
  readonly stream: string;
  readonly shard: number;
  readonly sequence: number;
  /** Milliseconds since 1970. */
  readonly acceptedAt: number;
  /** Its row, when it has one. */
  readonly row: Row | undefined;
}

export interface Row {
  readonly table: string;
  readonly object: string;
  readonly line: number;
  readonly load: number;
  readonly loadedAt: Cell;
}

/** An earlier record of the same id. */
export interface Revision {
  readonly stream: string;
  readonly steps: readonly Step[];
}

export interface Whereabouts {
  readonly id: string;
  readonly stream: string;
  /** The way of the newest record. */
  readonly steps: readonly Step[];
  /** The ways of those before it, oldest first. */
  readonly earlier: readonly Revision[];
  /** Where the search for them stopped before its end; absent when it did not. */
  readonly searched?: string;
}

/** A step with the time that is known of it. */
export function toStep(step: Omit<Step, "at">, at: Cell | undefined): Step {
  const time = toIso(at ?? null);
  return time === undefined ? step : { ...step, at: time };
}

function toIso(value: Cell): string | undefined {
  if (value === null) {
    return undefined;
  }
  if (typeof value === "number") {
    return new Date(toInstant(value)).toISOString();
  }
  const text = String(value).replace(" ", "T");
  const date = new Date(/[zZ]|[+-]\d\d:?\d\d$/.test(text) ? text : `${text}Z`);
  return Number.isNaN(date.getTime()) ? undefined : date.toISOString();
}
