/** Reads one shard for as long as this process holds its lease: claim, keep, mark, and so on to the shard's end. */

import { defined } from "../../../base/assert.ts";
import { Fault } from "../../../base/faults.ts";
import { type RemoteRecord, type RemoteStream, shardNumber } from "./client.ts";
import type { Batch, Intake } from "./intake.ts";
import type { LeaseBook } from "./lease-book.ts";
import type { Claim } from "./leases.ts";
import type { Marks } from "./marks.ts";

export interface ShardReaderOptions {
  readonly remote: RemoteStream;
  readonly book: LeaseBook;
  readonly intake: Intake;
  readonly marks: Marks;
  readonly shard: string;
  readonly pollMs: number;
  readonly renewMs: number;
  readonly signal: AbortSignal;
  readonly now: () => number;
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  readonly log: (line: string) => void;
  /** Everything up to here is in this machine's log. */
  readonly reached: (shard: number, sequence: string) => void;
}

/** Why it reads no more. */
export type ShardEnd = "ended" | "lost" | "stopped";

/** Throws STREAM_UNREACHABLE and what keeping throws; what was claimed then is kept by the next try. */
export async function readShard(options: ShardReaderOptions): Promise<ShardEnd> {
  const { book, shard, signal } = options;
  await finishClaim(options);
  let after = book.lease(shard).claimed;
  let iterator: string | undefined;
  let heldAt = options.now();
  while (!signal.aborted) {
    iterator ??= await options.remote.iterator(shard, after);
    const page = await options.remote.records(iterator);
    if (page === "expired") {
      iterator = undefined;
      continue;
    }
    const last = page.records.at(-1);
    if (last !== undefined) {
      const claim = { from: after, to: last.sequence };
      if (!(await book.claim(shard, { ...claim, records: page.records.length }))) {
        return "lost";
      }
      await keep(options, page.records, { ...claim, again: false, whole: true });
      after = last.sequence;
      heldAt = options.now();
    }
    if (page.next === undefined) {
      return (await book.end(shard)) ? "ended" : "lost";
    }
    iterator = page.next;
    if (last !== undefined) {
      continue;
    }
    const due = options.now() - heldAt >= options.renewMs;
    if (due && !(await book.renew(shard))) {
      return "lost";
    }
    heldAt = due ? options.now() : heldAt;
    await options.sleep(options.pollMs, signal);
  }
  return "stopped";
}

/**
 * What this process claimed of a shard and has not marked is nobody else's: it is read again and kept, as far as it is
 * not in the logs already, also when another process reads the shard by now.
 */
export async function finishClaim(options: ShardReaderOptions): Promise<void> {
  const { marks, remote, shard, log } = options;
  const claim = openClaim(options);
  if (claim === undefined) {
    return;
  }
  const mark = marks.read(remote.stream, shard);
  const from = isBehind(claim.from, mark) ? mark : claim.from;
  try {
    await keepUpTo(options, from, claim.to);
  } catch (thrown) {
    if (!(thrown instanceof Fault && thrown.code === "STREAM_CLAIM_GONE")) {
      throw thrown;
    }
    // Nothing brings it back, and all that came after it would wait for ever.
    log(`${remote.stream}: ${thrown.message} ${thrown.remedy}`);
    marks.lose(remote.stream, { shard, from, to: claim.to });
    await keep(options, [], { from, to: claim.to, again: true, whole: true });
  }
}

/** What this process has claimed of a shard and not marked. */
export function openClaim({ book, marks, remote, shard }: ShardReaderOptions): Claim | undefined {
  const claim = book.lease(shard).claims[book.me];
  return claim === undefined || marks.read(remote.stream, shard) === claim.to ? undefined : claim;
}

async function keepUpTo(
  options: ShardReaderOptions,
  from: string | undefined,
  to: string,
): Promise<void> {
  let after = from;
  for (;;) {
    const { records, ends } = await readUpTo(options, after, to);
    if (records.length > 0) {
      const batch = { from: after, to: defined(records.at(-1), "there are some").sequence };
      await keep(options, records, { ...batch, again: true, whole: ends });
      after = batch.to;
    }
    if (ends) {
      return;
    }
  }
}

function isBehind(from: string | undefined, mark: string | undefined): boolean {
  return mark !== undefined && (from === undefined || BigInt(from) < BigInt(mark));
}

interface Stretch {
  readonly records: readonly RemoteRecord[];
  /** Whether the claim's last record is among them. */
  readonly ends: boolean;
}

/** The next records up to and with `to`. Throws STREAM_CLAIM_GONE where Kinesis has them no longer. */
async function readUpTo(
  { remote, shard, sleep, pollMs, signal }: ShardReaderOptions,
  after: string | undefined,
  to: string,
): Promise<Stretch> {
  let iterator: string | undefined = await remote.iterator(shard, after);
  while (iterator !== undefined && !signal.aborted) {
    const page = await remote.records(iterator);
    if (page === "expired") {
      return { records: [], ends: false };
    }
    const records = page.records.filter(({ sequence }) => BigInt(sequence) <= BigInt(to));
    if (records.length < page.records.length || records.at(-1)?.sequence === to) {
      if (records.at(-1)?.sequence !== to) {
        throw new Fault("STREAM_CLAIM_GONE", { stream: remote.stream, shard, to });
      }
      return { records, ends: true };
    }
    if (records.length > 0) {
      return { records, ends: false };
    }
    // A page may be empty in the middle of a shard.
    iterator = page.next;
    await sleep(pollMs, signal);
  }
  if (signal.aborted) {
    return { records: [], ends: true };
  }
  throw new Fault("STREAM_CLAIM_GONE", { stream: remote.stream, shard, to });
}

async function keep(
  { intake, shard, reached }: ShardReaderOptions,
  records: readonly RemoteRecord[],
  batch: Pick<Batch, "from" | "to" | "again" | "whole">,
): Promise<void> {
  const number = shardNumber(shard);
  await intake.take({ shard, number, records, ...batch });
  reached(number, batch.to);
}
