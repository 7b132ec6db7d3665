/** The id of a record in the log: the one kept beside it, the one its plan reads from it, or the assigned one. */

import { assignedId, type EventId } from "../base/record.ts";
import { deriveText } from "../plan/derive.ts";
import type { StreamPlan } from "../plan/plan.ts";
import type { Frame } from "../seams/consume.ts";

/** The id of record `index` of a frame. */
export function eventIdOf(stream: StreamPlan, frame: Frame, index: number): EventId {
  const kept = frame.ids?.[index];
  if (kept !== undefined) {
    return kept as EventId;
  }
  if (stream.id?.kind === "fields") {
    const event = parseRecord(frame, index);
    if (event !== undefined) {
      return deriveText(stream.id, event) as EventId;
    }
  }
  return assignedId(stream.name, frame.shard, frame.firstSequence + index);
}

/** The event that a record's bytes spell, or undefined when they are not a JSON object. */
function parseRecord(frame: Frame, index: number): Record<string, unknown> | undefined {
  try {
    const text = frame.bytes.toString("utf8", frame.starts[index], frame.ends[index]);
    const parsed: unknown = JSON.parse(text);
    return typeof parsed === "object" && parsed !== null
      ? (parsed as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}
