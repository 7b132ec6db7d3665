/** Where an iterator or a subscription begins: by its type, a sequence number or a time. */

import { toInstant } from "../../../../base/clock.ts";
import type { LogReader } from "../../reader.ts";
import type { LiveStream } from "../catalog/live-stream.ts";
import { ACCOUNT, invalidArgument } from "../faults.ts";
import { toShardId } from "../names.ts";
import type { ShardRow } from "../../shards.ts";
import { fromSequenceNumber } from "./sequence-number.ts";
import type { Place } from "./read-shard.ts";

export interface Start {
  readonly type: string;
  readonly number: string | undefined;
  /** Milliseconds. */
  readonly time: number | undefined;
  /** How the request calls the number, for messages. */
  readonly called: string;
}

/** Throws InvalidArgumentException. */
export async function findPlace(
  stream: LiveStream,
  row: ShardRow,
  { start, now }: { readonly start: Start; readonly now: number },
): Promise<Place> {
  const { shard } = row;
  const { type, number, time } = start;
  checkGiven(start, now);
  if (type === "LATEST") {
    return await stream.read(async (reader) => {
      // Both are read in one turn of the loop: what is durable and where it ends belong together.
      const position = reader.newest();
      const next = (stream.log.meter().shards[shard]?.records ?? 0) + 1;
      return { shard, position: await position, next };
    });
  }
  if (type === "AT_TIMESTAMP") {
    const at = toInstant(time ?? 0);
    const position = await stream.read((reader) => reader.positionAt(at));
    return { shard, position, next: 0 };
  }
  if (type === "TRIM_HORIZON" || number === undefined) {
    return { shard, position: await stream.read((reader) => reader.oldest()), next: 0 };
  }
  const next = sequenceOf(stream, row, start);
  return await stream.read((reader) => placeOf(reader, shard, next));
}

function checkGiven({ type, number, time }: Start, now: number): void {
  const numbered = type === "AT_SEQUENCE_NUMBER" || type === "AFTER_SEQUENCE_NUMBER";
  if (numbered !== (number !== undefined)) {
    throw invalidArgument(
      "Must either specify (1) AT_SEQUENCE_NUMBER or AFTER_SEQUENCE_NUMBER and StartingSequenceNumber or " +
        "(2) TRIM_HORIZON or LATEST and no StartingSequenceNumber. " +
        `Request specified ${type} and ${number === undefined ? "no" : "also a"} StartingSequenceNumber.`,
    );
  }
  if ((type === "AT_TIMESTAMP") !== (time !== undefined)) {
    throw invalidArgument(
      `Must specify a timestamp with AT_TIMESTAMP, and with nothing else. Request specified ${type}.`,
    );
  }
  if (time !== undefined && time > now) {
    throw invalidArgument(
      "The timestampInMillis parameter cannot be greater than the currentTimestampInMillis.",
    );
  }
}

/** The sequence of the first record that is wanted. */
function sequenceOf(stream: LiveStream, row: ShardRow, start: Start): number {
  const { type, number = "0", called } = start;
  const shardId = toShardId(row.shard);
  const used = `${called} ${number} used in GetShardIterator on shard ${shardId} in stream ${stream.name} under account ${ACCOUNT} is invalid`;
  const found = fromSequenceNumber(number);
  if (found === undefined) {
    throw invalidArgument(`${used}.`);
  }
  if (found.shard !== row.shard) {
    throw invalidArgument(
      `Invalid ${called}. It encodes ${toShardId(found.shard)}, while it was used in a call to a shard with ${shardId}`,
    );
  }
  if (found.since !== Math.floor((row.since ?? 0) / 1000)) {
    throw invalidArgument(`${used} because it did not come from this stream.`);
  }
  // A dead letter has no place in the shard: what follows is behind the record before it.
  const exact = type === "AT_SEQUENCE_NUMBER" && found.letter === 0;
  return exact ? found.sequence : found.sequence + 1;
}

async function placeOf(reader: LogReader, shard: number, next: number): Promise<Place> {
  const at = await reader.positionOf({ shard, sequence: Math.max(1, next) });
  if (at !== undefined) {
    return { shard, position: at, next };
  }
  // Not there: the record is to come, or retention took it. The record before it tells which.
  const before = await reader.positionOf({ shard, sequence: Math.max(1, next - 1) });
  return { shard, position: before ?? (await reader.oldest()), next };
}
