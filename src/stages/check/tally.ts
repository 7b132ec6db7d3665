/** Collects the verdict on one body in arrays that are used again for the next. */

import { assert } from "../../base/assert.ts";
import { Fault } from "../../base/faults.ts";
import { LIMITS } from "../../base/limits.ts";
import type { Rejection, Verdict } from "../../seams/check.ts";
import { IdGatherer } from "../../scan/index.ts";
import { compact } from "./json-text.ts";
import type { Reasons } from "./general/judge.ts";

const RECORDS_AT_FIRST = 512;

/** A verdict in the making. The arrays grow by doubling, up to the most records a body may hold. */
export interface Tally {
  count: number;
  accepted: number;
  starts: Uint32Array;
  ends: Uint32Array;
  members: Uint32Array;
  /** Empty where the stream hashes no keys. */
  hashes: Uint32Array;
  /** The ids that only a function gives, to be kept beside the records. */
  ids: string[];
  /** The ids of all accepted records; undefined where the definition names none. */
  readonly named: IdGatherer | undefined;
  /** Accepted records that are written over several lines, to be brought onto one when the verdict is final. */
  broken: number[];
  rejected: Rejection[];
}

export function openTally(of: { readonly hashed: boolean; readonly named: boolean }): Tally {
  const starts = new Uint32Array(RECORDS_AT_FIRST);
  return {
    count: 0,
    accepted: 0,
    starts,
    ends: new Uint32Array(RECORDS_AT_FIRST),
    members: new Uint32Array(RECORDS_AT_FIRST),
    hashes: new Uint32Array(of.hashed ? 4 * RECORDS_AT_FIRST : 0),
    ids: [],
    named: of.named ? new IdGatherer() : undefined,
    broken: [],
    rejected: [],
  };
}

export function reset(tally: Tally): void {
  tally.count = 0;
  tally.accepted = 0;
  tally.ids = [];
  tally.broken = [];
  tally.rejected = [];
  tally.named?.reset();
}

/** Adds an accepted record; its hash is at 4 * the answer, for the caller to fill in. */
export function accept(tally: Tally, start: number, end: number): number {
  const place = tally.accepted;
  if (place === tally.starts.length) {
    grow(tally);
  }
  tally.members[place] = countOne(tally);
  tally.starts[place] = start;
  tally.ends[place] = end;
  tally.accepted = place + 1;
  return place;
}

export function reject(tally: Tally, raw: Buffer, reasons: Reasons): void {
  tally.rejected.push({ member: countOne(tally), raw, reasons });
}

/** Widens the newest rejection to `raw`: bytes that belong to the same unreadable stretch. */
export function widen(tally: Tally, raw: Buffer): void {
  const last = tally.rejected.pop();
  assert(last !== undefined, "only a rejection that exists is widened");
  tally.rejected.push({ ...last, raw });
}

function countOne(tally: Tally): number {
  if (tally.count >= LIMITS.batchRecordsMax) {
    throw new Fault("BATCH_TOO_LONG", { recordsMax: LIMITS.batchRecordsMax });
  }
  tally.count += 1;
  return tally.count - 1;
}

function grow(tally: Tally): void {
  const records = Math.min(tally.starts.length * 2, LIMITS.batchRecordsMax);
  tally.starts = enlarge(tally.starts, records);
  tally.ends = enlarge(tally.ends, records);
  tally.members = enlarge(tally.members, records);
  tally.hashes = enlarge(tally.hashes, tally.hashes.length === 0 ? 0 : 4 * records);
}

function enlarge(array: Uint32Array, length: number): Uint32Array {
  const larger = new Uint32Array(length);
  larger.set(array);
  return larger;
}

export function toVerdict(tally: Tally, bytes: Buffer): Verdict {
  const { count, accepted, starts, ends, members, hashes, ids, rejected } = tally;
  for (const place of tally.broken) {
    ends[place] = compact(bytes, starts[place] as number, ends[place] as number);
  }
  return {
    count,
    accepted: {
      count: accepted,
      bytes,
      starts,
      ends,
      hashes: hashes.length === 0 ? undefined : hashes,
      ids: ids.length === 0 ? undefined : ids,
      keys: undefined,
    },
    members: rejected.length === 0 ? undefined : members,
    rejected,
    ids: tally.named?.texts(),
  };
}
