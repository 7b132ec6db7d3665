/** The door for whoever makes rows outside the engine: the same rows, one at a time, without frames or objects. */

import { deriveText } from "../../../plan/derive.ts";
import type { StreamPlan } from "../../../plan/plan.ts";
import { csvLine } from "../encode/format/csv.ts";
import { ndjsonLine } from "../encode/format/ndjson.ts";
import { timestampText } from "../encode/lineage.ts";
import { openRowMaker } from "../encode/row-maker.ts";

/** A record and its place in a managed stream. */
export interface PlacedRecord {
  readonly text: string;
  readonly shard: number;
  /** A managed stream's sequence number has more digits than any number of ours. */
  readonly sequence: string;
  /** Milliseconds since 1970. */
  readonly acceptedAt: number;
}

export type LineMade =
  | { readonly kind: "row"; readonly line: string }
  | { readonly kind: "dropped" }
  | { readonly kind: "failed"; readonly path: string; readonly says: string };

/** Makes each record's line as delivery writes it: CSV without a header, else NDJSON, which Parquet is made of. */
export function openLines(stream: StreamPlan): (record: PlacedRecord) => LineMade {
  const rows = openRowMaker(stream);
  const { row: columns, id, deliver, name } = stream;
  return ({ text, shard, sequence, acceptedAt }) => {
    const event = rows.parse(text);
    const eventId =
      id === undefined || event === undefined
        ? `${name}.${shard}.${sequence}`
        : deriveText(id, event);
    // A transform is promised a number; this one is rounded, and the same each time.
    const context = { eventId, shard, sequence: Number(sequence), acceptedAt };
    const made = rows.ofEvent(event, context);
    if (made.kind !== "row") {
      return made;
    }
    const row = { ...made, sequence, eventId };
    const frame = { shard, acceptedAt: timestampText(acceptedAt) };
    const line = deliver.format === "csv" ? csvLine(row, frame) : ndjsonLine(columns, row, frame);
    return { kind: "row", line };
  };
}
