/** The id of a record in the log: the one kept beside it, the one its plan reads from it, or the assigned one. */

import { assignedId, type EventId } from "../../base/record.ts";
import type { StreamPlan } from "../../plan/plan.ts";
import { openRecordIds, type RecordIds } from "../../scan/index.ts";
import type { Frame } from "../../seams/consume.ts";

/** A record as far as its id depends on it. */
export interface Identified {
  readonly shard: number;
  readonly sequence: number;
  /** The id kept beside the record, when there is one. */
  readonly kept: string | undefined;
  readonly range: () => { readonly bytes: Buffer; readonly start: number; readonly end: number };
}

/** A scanner is worth keeping: searching a log reads millions of ids. */
const readers = new WeakMap<StreamPlan, RecordIds | "none">();

function readersOf(stream: StreamPlan): RecordIds | undefined {
  const known = readers.get(stream) ?? openRecordIds(stream) ?? "none";
  readers.set(stream, known);
  return known === "none" ? undefined : known;
}

export function idOfRecord(stream: StreamPlan, record: Identified): EventId {
  if (record.kept !== undefined) {
    return record.kept as EventId;
  }
  const { bytes, start, end } = record.range();
  const view = readersOf(stream)?.read(bytes, start, end);
  if (view !== undefined) {
    return Buffer.from(view.bytes.buffer, view.bytes.byteOffset, view.bytes.byteLength).toString(
      "utf8",
      view.start,
      view.end,
    ) as EventId;
  }
  return assignedId(stream.name, record.shard, record.sequence);
}

/** The id of record `index` of a frame. */
export function idInFrame(stream: StreamPlan, frame: Frame, index: number): EventId {
  return idOfRecord(stream, {
    shard: frame.shard,
    sequence: frame.firstSequence + index,
    kept: frame.ids?.[index],
    range: () => ({
      bytes: frame.bytes,
      start: frame.starts[index] ?? 0,
      end: frame.ends[index] ?? 0,
    }),
  });
}
