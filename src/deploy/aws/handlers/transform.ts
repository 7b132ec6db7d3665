/** The definition's transform as the Lambda that Firehose calls: record by record, in its own words. */

import type { StreamPlan } from "../../../plan/plan.ts";
import { openLines } from "../../../stages/delivery/lambda/lines.ts";
import { shardOf } from "./shard-id.ts";

/** What Firehose sends, as far as it is read. */
export interface FirehoseEvent {
  readonly records: readonly FirehoseRecord[];
}

export interface FirehoseRecord {
  readonly recordId: string;
  /** Milliseconds since 1970. */
  readonly approximateArrivalTimestamp: number;
  readonly data: string;
  readonly kinesisRecordMetadata?: {
    readonly shardId: string;
    readonly sequenceNumber: string;
    readonly approximateArrivalTimestamp: number;
  };
}

export interface FirehoseAnswer {
  readonly records: readonly {
    readonly recordId: string;
    readonly result: "Ok" | "Dropped" | "ProcessingFailed";
    readonly data: string;
  }[];
}

/** 6 MB is all an answer may have; a record that no longer fits fails alone and is delivered to the error prefix. */
const ANSWER_BYTES_MAX = 5_900_000;
/** recordId, result and the JSON around them. */
const ENVELOPE_BYTES = 160;

export function openTransform(stream: StreamPlan): (event: FirehoseEvent) => FirehoseAnswer {
  const toLine = openLines(stream);
  return ({ records }) => {
    let left = ANSWER_BYTES_MAX;
    return {
      records: records.map((record) => {
        const answer = answerOne(record, toLine);
        const bytes = answer.data.length + answer.recordId.length + ENVELOPE_BYTES;
        if (bytes > left) {
          // Without its data the failure is small; Firehose keeps the record as it came.
          return { recordId: record.recordId, result: "ProcessingFailed", data: "" };
        }
        left -= bytes;
        return answer;
      }),
    };
  };
}

function answerOne(
  record: FirehoseRecord,
  toLine: ReturnType<typeof openLines>,
): FirehoseAnswer["records"][number] {
  const { recordId, data, kinesisRecordMetadata: place, approximateArrivalTimestamp } = record;
  const made = toLine({
    text: Buffer.from(data, "base64").toString("utf8"),
    shard: shardOf(place?.shardId),
    sequence: place?.sequenceNumber ?? recordId,
    acceptedAt: place?.approximateArrivalTimestamp ?? approximateArrivalTimestamp,
  });
  switch (made.kind) {
    case "row":
      return { recordId, result: "Ok", data: Buffer.from(made.line).toString("base64") };
    case "dropped":
      return { recordId, result: "Dropped", data: "" };
    case "failed":
      // The log says why; the record itself is in the error object that Firehose writes.
      process.stdout.write(`${JSON.stringify({ level: "WARN", recordId, ...made })}\n`);
      return { recordId, result: "ProcessingFailed", data };
  }
}
