/** Records of a cut on their way through the processors: where each came from, what it is now, why it failed. */

import { gunzipSync } from "node:zlib";
import { causeOf } from "../../../../base/faults.ts";
import type { Frame } from "../../../../seams/consume.ts";
import { unpackAggregated } from "../../../../wire/kpl.ts";
import type { KinesisPlace } from "../../lambda/contract.ts";

/** A record as the source gave it. */
export interface SourceRecord {
  /** Unique in its delivery stream, and the same each time it is read. */
  readonly id: string;
  readonly data: Buffer;
  /** Milliseconds since 1970. */
  readonly arrivedAt: number;
  /** Undefined where records are put directly. */
  readonly kinesis: KinesisPlace | undefined;
}

/** What a record has become so far. */
export interface Item {
  readonly source: SourceRecord;
  readonly data: Buffer;
  readonly query: ReadonlyMap<string, string>;
  readonly lambda: ReadonlyMap<string, string>;
}

export type ErrorType =
  | "processing-failed"
  | "format-conversion-failed"
  | "activePartitionExceeded";

/** A record that goes to the error output, and the line that is written for it there. */
export interface FailedItem {
  readonly type: ErrorType;
  readonly arrivedAt: number;
  readonly line: object;
}

const NO_KEYS: ReadonlyMap<string, string> = new Map();
const SEQUENCE_DIGITS = 20;
/** More than these in one pack, and Firehose leaves it whole. */
const PACKED_MAX = 500;

/** Numbers records of one shard that were accepted together, as their Kinesis stream does. */
export type Numbers = (sequence: number) => string;

export interface Stretch {
  readonly from: number;
  readonly to: number;
  /** Undefined where records are put directly. */
  readonly numbers: Numbers | undefined;
}

/** The records `[from, to)` of a frame; a copy, since a frame lives until the next read. */
export function toSourceRecords(frame: Frame, { from, to, numbers }: Stretch): SourceRecord[] {
  const { starts, ends } = frame;
  const first = starts[from] ?? 0;
  const bytes = Buffer.from(frame.bytes.subarray(first, ends[to - 1] ?? first));
  return Array.from({ length: to - from }, (_none, place) => {
    const index = from + place;
    const data = bytes.subarray((starts[index] ?? 0) - first, (ends[index] ?? 0) - first);
    return toSourceRecord(frame, index, { data, numbers });
  }).flat();
}

function toSourceRecord(
  { shard, firstSequence, acceptedAt, keys }: Frame,
  index: number,
  { data, numbers }: { readonly data: Buffer; readonly numbers: Numbers | undefined },
): SourceRecord[] {
  const sequence = firstSequence + index;
  const id = `${String(shard).padStart(6, "0")}${String(sequence).padStart(SEQUENCE_DIGITS, "0")}`;
  if (numbers === undefined) {
    return [{ id, data, arrivedAt: acceptedAt, kinesis: undefined }];
  }
  const sequenceNumber = numbers(sequence);
  const shardId = `shardId-${String(shard).padStart(12, "0")}`;
  const packed = unpackAggregated(data);
  if (packed === undefined || packed.length > PACKED_MAX) {
    const place = { shardId, partitionKey: keys?.[index] ?? "", sequenceNumber };
    return [{ id, data, arrivedAt: acceptedAt, kinesis: { ...place, subsequenceNumber: 0 } }];
  }
  return packed.map((user, subsequenceNumber) => ({
    id: `${id}-${subsequenceNumber}`,
    data: user.data,
    arrivedAt: acceptedAt,
    kinesis: { shardId, partitionKey: user.partitionKey, sequenceNumber, subsequenceNumber },
  }));
}

export function toItem(source: SourceRecord): Item {
  return { source, data: source.data, query: NO_KEYS, lambda: NO_KEYS };
}

const GUNZIPPED_BYTES_MAX = 16_777_216;

/** The item gunzipped, or why it cannot be. */
export function gunzipItem(item: Item): Item | string {
  try {
    const data = gunzipSync(item.data, { maxOutputLength: GUNZIPPED_BYTES_MAX });
    return { ...item, data };
  } catch (thrown) {
    return causeOf(thrown);
  }
}

/** The messages of a CloudWatch Logs record, a line each; nothing for a control message; or why it is none. */
export function toLogMessages(item: Item): Item | undefined | string {
  try {
    const parsed = JSON.parse(item.data.toString("utf8")) as {
      messageType?: unknown;
      logEvents?: { message?: unknown }[];
    };
    if (parsed.messageType === "CONTROL_MESSAGE") {
      return undefined;
    }
    const lines = (parsed.logEvents ?? []).map(({ message }) => `${String(message)}\n`);
    return { ...item, data: Buffer.from(lines.join("")) };
  } catch (thrown) {
    return causeOf(thrown);
  }
}
