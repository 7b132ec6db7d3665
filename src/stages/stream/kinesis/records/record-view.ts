/** Records as Kinesis shows them, and where a shard ends. */

import type { ShardRow } from "../../shards.ts";
import type { LiveStream } from "../catalog/live-stream.ts";
import { timeOf } from "../describe/shard-view.ts";
import type { ReadRecord, ShardRead } from "./read-shard.ts";
import { sequenceBase, toSequenceNumber } from "./sequence-number.ts";

export function toRecords(
  stream: LiveStream,
  row: ShardRow,
  records: readonly ReadRecord[],
): object[] {
  const time = timeOf(row);
  const encryption = encryptionOf(stream);
  let second = -1;
  let base = 0n;
  return records.map(({ sequence, acceptedAt, data, key }) => {
    if (acceptedAt !== second) {
      second = acceptedAt;
      base = sequenceBase(time, acceptedAt);
    }
    return {
      SequenceNumber: toSequenceNumber(base, sequence),
      ApproximateArrivalTimestamp: acceptedAt,
      Data: data,
      // What came over HTTP has the key of the definition, or its own name where there is none.
      PartitionKey:
        key ?? stream.source.pipeline?.keyOf(data) ?? `${stream.name}.${row.shard}.${sequence}`,
      EncryptionType: encryption,
    };
  });
}

/** Left out where a stream is not encrypted, as AWS leaves it out. */
export function encryptionOf({ facts }: LiveStream): string | undefined {
  return facts.keyId === undefined ? undefined : "KMS";
}

/** How a shard stands before it is read: what is read then can tell its end from a pause. */
export function standOf({ log }: LiveStream, shard: number): ShardStand {
  const last = log.lastSequence(shard);
  const durable = log.meter().shards[shard]?.records ?? 0;
  return { closed: log.shards[shard]?.closed === true, last, settled: durable === last };
}

export interface ShardStand {
  readonly closed: boolean;
  readonly last: number;
  /** All that was ever given out is on disk. */
  readonly settled: boolean;
}

/** Whether a closed shard has no record behind what was read. */
export function isShardEnd({ closed, last, settled }: ShardStand, read: ShardRead): boolean {
  // Records that retention took are never read: then the end of the log is the end of the shard as well.
  const caughtUp = read.behind === undefined && settled;
  return closed && (Math.max(1, read.place.next) > last || caughtUp);
}

/** Says how many records of a put failed the check and were kept as dead letters. */
export function lettersHeader(letters: number): Record<string, string> | undefined {
  return letters === 0 ? undefined : { "x-millrace-dead-letters": String(letters) };
}
