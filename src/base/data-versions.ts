/** Versions of the small databases of a data folder: one more with each change that an older engine could not read. */

import { Fault } from "./faults.ts";

/** By their path in the data folder. */
export const DATA_VERSIONS = {
  "delivery.sqlite": 1,
  "sources.sqlite": 1,
  /** Of two owners with tables of their own: streams made over the wire, and marks of what comes from Kinesis. */
  "kinesis.sqlite": 1,
  "firehose/streams.sqlite": 1,
  /** 2 has the spool: an engine that does not know it would pass what waits there. */
  "firehose/cuts.sqlite": 2,
} as const;

/** For files that say their version themselves. Throws DATA_NEWER for one of a later version. */
export function refuseLater(found: unknown, path: string, known: number): void {
  if (typeof found === "number" && found > known) {
    throw new Fault("DATA_NEWER", { path, found, known });
  }
}
