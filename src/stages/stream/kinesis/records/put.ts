/** Puts records into a stream: judges their size, holds them to a shard's rate where asked, and numbers them. */

import { validation } from "../../../../wire/wire-fault.ts";
import { unpackAggregated } from "../../../../wire/kpl.ts";
import type { Call } from "../../../../wire/service.ts";
import type { KeyedRecords, PutAnswer } from "../../../../seams/put.ts";
import type { LiveStream } from "../catalog/live-stream.ts";
import { invalidArgument, rateExceeded } from "../faults.ts";
import { toShardId } from "../names.ts";
import type { Kinesis } from "../operation.ts";
import { toKeyed, type PutEntry } from "./keyed.ts";
import { letterNumber, sequenceBase, toSequenceNumber } from "./sequence-number.ts";
import { WRITE_BYTES, WRITE_RECORDS } from "./throttle.ts";

export interface RawEntry {
  readonly Data: Buffer;
  readonly PartitionKey?: string;
  readonly ExplicitHashKey?: string;
}

export type Stored =
  | { readonly kind: "stored"; readonly shardId: string; readonly number: string }
  | { readonly kind: "throttled"; readonly message: string };

export interface PutResult {
  readonly stored: readonly Stored[];
  /** How many became dead letters. */
  readonly letters: number;
}

export const REQUEST_BYTES_MAX = 10_485_760;

/** Throws ValidationException, InvalidArgumentException, and our own faults when the log fails. */
export async function putEntries(
  { kinesis, stream, call }: { kinesis: Kinesis; stream: LiveStream; call: Call },
  raw: readonly RawEntry[],
  pathOf: (index: number) => string,
): Promise<PutResult> {
  const entries = raw.map((entry, index) => toEntry(stream, entry, () => pathOf(index)));
  checkSizes(stream, entries, pathOf);
  const groups = entries.map((entry) => spread(kinesis, stream, entry));
  const keyed = toKeyed(groups.flat());
  const refused = kinesis.throttle === undefined ? undefined : throttled(kinesis, stream, keyed);
  if (refused === undefined || refused.size === 0) {
    const answer = await putKeyed(stream, keyed, call);
    return number(stream, keyed, { answer, groups });
  }
  return await putUnrefused({ stream, call }, groups, refused);
}

export async function putKeyed(
  stream: LiveStream,
  records: KeyedRecords,
  { caller, requestId }: Call,
): Promise<PutAnswer> {
  if (stream.source.pipeline !== undefined) {
    return await stream.source.pipeline.put(records, { caller, requestId });
  }
  const appended = await stream.log.append({ ...records, ids: undefined });
  const counted = { accepted: records.count, duplicates: 0, repeatOf: undefined };
  return { ...appended, ...counted, letters: undefined };
}

function toEntry(stream: LiveStream, entry: RawEntry, path: () => string): PutEntry {
  const { Data: data, PartitionKey: key, ExplicitHashKey: explicitHash } = entry;
  if (key === undefined && stream.facts.spread !== "AUTO") {
    throw validation(missingKey(path()));
  }
  return { data, key: key ?? "", explicitHash };
}

/** The key may be left out only where the stream spreads records by itself. */
export function missingKey(path: string): string {
  return `1 validation error detected: Value null at '${path}partitionKey' failed to satisfy constraint: Member must not be null`;
}

function checkSizes(
  stream: LiveStream,
  entries: readonly PutEntry[],
  pathOf: (index: number) => string,
): void {
  const bytesMax = stream.facts.recordKiBMax * 1024;
  let total = 0;
  for (const [index, { data, key }] of entries.entries()) {
    const size = data.length + Buffer.byteLength(key);
    total += size;
    if (size > bytesMax) {
      const shown = `java.nio.HeapByteBuffer[pos=0 lim=${data.length} cap=${data.length}]`;
      throw validation(
        `1 validation error detected: Value '${shown}' at '${pathOf(index)}data' failed to satisfy constraint: Member must have length less than or equal to ${bytesMax}`,
      );
    }
  }
  if (total > REQUEST_BYTES_MAX) {
    throw invalidArgument("Records size exceeds 10 MB limit");
  }
}

/** One record, or those that a producer packed into it: the check looks at events, not at packages of them. */
function spread(kinesis: Kinesis, stream: LiveStream, entry: PutEntry): readonly PutEntry[] {
  const hash = stream.facts.spread === "AUTO" ? randomHash(kinesis) : undefined;
  const entries = stream.source.pipeline === undefined ? [entry] : unpacked(entry);
  return hash === undefined ? entries : entries.map((each) => ({ ...each, explicitHash: hash }));
}

const DECIMAL = /^(?:0|[1-9]\d{0,38})$/;

function unpacked(entry: PutEntry): readonly PutEntry[] {
  const packed = unpackAggregated(entry.data) ?? [];
  const entries = packed.map(({ data, partitionKey: key, explicitHashKey: explicitHash }) => ({
    data,
    key,
    explicitHash,
  }));
  const sound = entries.every(
    (one) => one.explicitHash === undefined || DECIMAL.test(one.explicitHash),
  );
  return sound && entries.length > 0 ? entries : [entry];
}

function randomHash({ random }: Kinesis): string {
  return BigInt(`0x${random(16).toString("hex")}`).toString();
}

/** Places of the records whose shard has taken as much as it may, with that shard. */
function throttled(
  kinesis: Kinesis,
  stream: LiveStream,
  records: KeyedRecords,
): Map<number, number> {
  const refused = new Map<number, number>();
  const now = kinesis.clock.now();
  for (let i = 0; i < records.count; i += 1) {
    const shard = stream.log.shardOf(records.hashes, i);
    const name = `${stream.name}/${shard}`;
    const bytes = (records.ends[i] ?? 0) - (records.starts[i] ?? 0);
    const room =
      kinesis.throttle?.take(`${name}/records`, 1, { rate: WRITE_RECORDS, now }) === true &&
      kinesis.throttle.take(`${name}/bytes`, bytes, { rate: WRITE_BYTES, now });
    if (!room) {
      refused.set(i, shard);
    }
  }
  return refused;
}

async function putUnrefused(
  { stream, call }: { stream: LiveStream; call: Call },
  groups: readonly (readonly PutEntry[])[],
  refused: ReadonlyMap<number, number>,
): Promise<PutResult> {
  let place = 0;
  // What was packed together is taken or refused together.
  const kept = groups.map((group) => {
    const from = place;
    place += group.length;
    const hit = group.findIndex((_entry, index) => refused.has(from + index));
    return hit < 0 ? group : (refused.get(from + hit) ?? 0);
  });
  const taken = kept.filter((group) => typeof group !== "number");
  const keyed = toKeyed(taken.flat());
  const result: PutResult =
    taken.length === 0
      ? { stored: [], letters: 0 }
      : number(stream, keyed, { answer: await putKeyed(stream, keyed, call), groups: taken });
  const stored = result.stored.values();
  return {
    letters: result.letters,
    stored: kept.map(
      (group) =>
        typeof group === "number"
          ? { kind: "throttled", message: rateExceeded(toShardId(group), stream.name).message }
          : (stored.next().value as Stored), // One for each group that was put.
    ),
  };
}

/** A sequence number and a shard for every record that was put; a package has its first record's. */
function number(
  stream: LiveStream,
  records: KeyedRecords,
  {
    answer,
    groups,
  }: { readonly answer: PutAnswer; readonly groups: readonly (readonly PutEntry[])[] },
): PutResult {
  const numbers = openNumbers(stream, records, answer);
  let place = 0;
  const stored = groups.map((group): Stored => {
    const at = place;
    place += group.length;
    return { kind: "stored", ...numbers(at) };
  });
  const letters = answer.letters?.reduce((sum, letter) => sum + Number(letter > 0), 0) ?? 0;
  return { stored, letters };
}

/** Tells shard and sequence number of record i. */
export function openNumbers(
  stream: LiveStream,
  records: KeyedRecords,
  answer: PutAnswer,
): (index: number) => { readonly shardId: string; readonly number: string } {
  const { log } = stream;
  const bases = new Map<number, { readonly base: bigint; readonly shardId: string }>();
  const timeOf = (shard: number): { shard: number; since: number } => ({
    shard,
    since: log.shards[shard]?.since ?? 0,
  });
  return (index) => {
    const letter = answer.letters?.[index] ?? 0;
    if (letter > 0) {
      const shard = log.shardOf(records.hashes, index);
      const last = log.lastSequence(shard);
      return { shardId: toShardId(shard), number: letterNumber(timeOf(shard), last, letter) };
    }
    const shard = answer.shards[index] ?? 0;
    const first = answer.repeatOf?.[index] ?? 0;
    if (first > 0) {
      const base = sequenceBase(timeOf(shard), first);
      const text = toSequenceNumber(base, answer.sequences[index] ?? 0);
      return { shardId: toShardId(shard), number: text };
    }
    let known = bases.get(shard);
    if (known === undefined) {
      known = { base: sequenceBase(timeOf(shard), answer.acceptedAt), shardId: toShardId(shard) };
      bases.set(shard, known);
    }
    const { base, shardId } = known;
    return { shardId, number: toSequenceNumber(base, answer.sequences[index] ?? 0) };
  };
}
