/** The streams of a pipeline as the Kinesis wire serves them. */

import { deriveText } from "../../plan/derive.ts";
import type { Plan, StreamPlan } from "../../plan/plan.ts";
import type { StreamSource } from "../../stages/stream/kinesis/index.ts";
import type { Front } from "../front.ts";

export function kinesisStreams(plan: Plan, front: Front): readonly StreamSource[] {
  const users = plan.streams.filter(({ name }) => front.doors.includes(name));
  return users.map((stream) => ({
    name: stream.name,
    log: front.log(stream.name),
    folder: front.access(stream.name).folder,
    pipeline: {
      put: (records, about) => front.ingest.put(stream.name, records, about),
      retentionMs: stream.retention,
      keyOf: (record) => keyOf(stream, record),
      resharded: () => front.resharded(stream.name),
    },
  }));
}

/** The key that the definition gives a record; undefined where it gives none. */
function keyOf({ key }: StreamPlan, record: Buffer): string | undefined {
  if (key === undefined) {
    return undefined;
  }
  try {
    const text = deriveText(key, JSON.parse(record.toString("utf8")) as Record<string, unknown>);
    return typeof text === "string" && text !== "" ? text : undefined;
  } catch {
    // The definition may have changed since the record came in; its key can then no longer be told.
    return undefined;
  }
}
