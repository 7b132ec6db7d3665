/** Records put into a delivery stream of the pipeline: each is an event and goes the way of every event. */

import type { OwnStream } from "../../stages/delivery/firehose/index.ts";
import type { Ingest, IngestRequest } from "../../seams/ingest.ts";

const NEWLINE = 10;

/**
 * Records of one line are taken together; one of several lines, or of none, by itself. A record that fails the check is
 * kept as a dead letter, and so is stored: the put succeeds.
 */
export function openPutEvents(stream: string, ingest: Ingest): OwnStream["put"] {
  return async (records, { caller, requestId }) => {
    const request = { stream, caller, requestId, wantIds: false } as const;
    const bodies: Pick<IngestRequest, "body" | "format">[] = [];
    const lines: Buffer[] = [];
    for (const record of records) {
      const line = withoutEnd(record);
      if (line.length > 0 && !line.includes(NEWLINE)) {
        lines.push(line, LINE_END);
      } else if (!isBlank(line)) {
        // A copy: the check may rewrite a record of several lines in its own body.
        bodies.push({ body: Buffer.from(line), format: "json" });
      }
    }
    if (lines.length > 0) {
      bodies.push({ body: Buffer.concat(lines), format: "ndjson" });
    }
    await Promise.all(bodies.map((body) => ingest.accept({ ...request, ...body })));
  };
}

const LINE_END = Buffer.from("\n");

/** Producers end a record with a line end because Firehose adds none. */
function withoutEnd(record: Buffer): Buffer {
  let end = record.length;
  while (end > 0 && (record[end - 1] === NEWLINE || record[end - 1] === 13)) {
    end -= 1;
  }
  return record.subarray(0, end);
}

function isBlank(record: Buffer): boolean {
  return record.toString("latin1").trim() === "";
}
