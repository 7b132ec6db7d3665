/** What the doctor says of one thing. */

import { Fault } from "../../base/faults.ts";

export interface Finding {
  /** What was looked at: one or two words. */
  readonly about: string;
  readonly state: "ok" | "warn" | "fail";
  readonly says: string;
  /** What to do; nothing where all is well. */
  readonly remedy?: string;
}

export function ok(about: string, says: string): Finding {
  return { about, state: "ok", says };
}

export function warn(about: string, says: string, remedy: string): Finding {
  return { about, state: "warn", says, remedy };
}

export function fail(about: string, says: string, remedy: string): Finding {
  return { about, state: "fail", says, remedy };
}

/** What was thrown, with the remedy that its fault has. */
export function failed(about: string, thrown: unknown): Finding {
  return thrown instanceof Fault
    ? fail(about, thrown.message, thrown.remedy)
    : fail(about, thrown instanceof Error ? thrown.message : String(thrown), "See the cause.");
}
