/** The id of a record in the log: the one kept beside it, the one its plan reads from it, or the assigned one. */

import { assignedId, type EventId } from "../../base/record.ts";
import { deriveText } from "../../plan/derive.ts";
import type { StreamPlan } from "../../plan/plan.ts";
import type { Frame } from "../../seams/consume.ts";

/** A record as far as its id depends on it. */
export interface Identified {
  readonly shard: number;
  readonly sequence: number;
  /** The id kept beside the record, when there is one. */
  readonly kept: string | undefined;
  readonly text: () => string;
}

export function idOfRecord(stream: StreamPlan, record: Identified): EventId {
  if (record.kept !== undefined) {
    return record.kept as EventId;
  }
  const event = stream.id?.kind === "fields" ? parseRecord(record.text()) : undefined;
  if (stream.id !== undefined && event !== undefined) {
    return deriveText(stream.id, event) as EventId;
  }
  return assignedId(stream.name, record.shard, record.sequence);
}

/** The id of record `index` of a frame. */
export function idInFrame(stream: StreamPlan, frame: Frame, index: number): EventId {
  return idOfRecord(stream, {
    shard: frame.shard,
    sequence: frame.firstSequence + index,
    kept: frame.ids?.[index],
    text: () => frame.bytes.toString("utf8", frame.starts[index], frame.ends[index]),
  });
}

/** The event that a record's bytes spell, or undefined when they are not a JSON object. */
function parseRecord(text: string): Record<string, unknown> | undefined {
  try {
    const parsed: unknown = JSON.parse(text);
    return typeof parsed === "object" && parsed !== null
      ? (parsed as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}
