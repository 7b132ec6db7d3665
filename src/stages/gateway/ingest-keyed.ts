/** The ingest of records that bring their own partition keys: checked like all others, kept under the key they came with. */

import { type Instant, toInstant } from "../../base/clock.ts";
import type { RecordBatch } from "../../seams/append.ts";
import type { Rejection, Verdict } from "../../seams/check.ts";
import type { KeyedRecords, PutAbout, PutAnswer } from "../../seams/put.ts";
import { nameRecords, type Named } from "./dedupe/name-records.ts";
import type { Admitted } from "./dedupe/repeats.ts";
import type { Means, StreamDoor } from "./ingest.ts";
import { toLetters } from "./letters.ts";

type About = PutAbout & { readonly stream: string };

interface KeyedMeans extends Means {
  /** Appends what is new, and gives repeats their first receipt. */
  readonly store: (named: Named, door: StreamDoor) => Promise<Admitted>;
}

/** Takes all it needs from the verdict before it first waits: the verdict's views die with the next check. */
export async function acceptKeyed(
  records: KeyedRecords,
  about: About,
  means: KeyedMeans,
): Promise<PutAnswer> {
  const verdict = means.door.checker.checkRecords(records);
  const { accepted, rejected } = verdict;
  const members = rejected.length === 0 ? undefined : verdict.members?.slice(0, accepted.count);
  const batch = withKeys(verdict, members, records);
  const named = nameRecords({ ...verdict, accepted: batch }, undefined);
  const storing = accepted.count === 0 ? undefined : means.store(named, means.door);
  const letters = rejected.length === 0 ? undefined : setAside(rejected, about, means);
  // Both are waited for even when one fails, so that nothing is written any more once the caller is told.
  const [stored, kept] = await Promise.allSettled([storing, letters]);
  if (stored.status === "rejected") {
    throw stored.reason;
  }
  if (kept.status === "rejected") {
    throw kept.reason;
  }
  const answer = toAnswer(accepted.count, stored.value, kept.value);
  return members === undefined
    ? answer
    : spread(answer, { count: records.count, members }, { rejected, kept: kept.value });
}

/** The accepted records with the hashes and keys they came with. */
function withKeys(
  { accepted }: Verdict,
  members: Uint32Array | undefined,
  { hashes, keys }: KeyedRecords,
): RecordBatch {
  if (members === undefined) {
    return { ...accepted, hashes, keys };
  }
  const picked = new Uint32Array(4 * members.length);
  members.forEach((member, index) => {
    picked.set(hashes.subarray(4 * member, 4 * member + 4), 4 * index);
  });
  return { ...accepted, hashes: picked, keys: Array.from(members, (member) => keys[member] ?? "") };
}

interface Kept {
  readonly acceptedAt: Instant;
  /** Sequence of each letter, in the order of the rejections. */
  readonly sequences: readonly number[];
}

async function setAside(
  rejected: readonly Rejection[],
  about: About,
  { door, options }: Means,
): Promise<Kept> {
  const batches = toLetters(rejected, {
    ...about,
    schemaVersion: door.checker.schemaVersion,
    receivedAt: new Date(options.clock.now()).toISOString(),
    idPrefix: options.newId(),
  });
  const sequences: number[] = [];
  let acceptedAt = toInstant(0);
  // One after the other: all at once could be more than the log has room for.
  for (const batch of batches) {
    const appended = await options.deadLetters.append(batch);
    sequences.push(...appended.sequences);
    ({ acceptedAt } = appended);
  }
  return { acceptedAt, sequences };
}

const NONE = { shards: new Uint16Array(0), sequences: new Float64Array(0), repeatOf: undefined };

function toAnswer(
  accepted: number,
  stored: Admitted | undefined,
  kept: Kept | undefined,
): PutAnswer {
  const { shards, sequences, repeatOf } = stored ?? NONE;
  return {
    acceptedAt: stored?.acceptedAt ?? kept?.acceptedAt ?? toInstant(0),
    accepted,
    duplicates: stored?.repeats ?? 0,
    shards,
    sequences,
    repeatOf,
    letters: undefined,
  };
}

/** The answer on the accepted records, over all members of the put. */
function spread(
  answer: PutAnswer,
  { count, members }: { readonly count: number; readonly members: Uint32Array },
  bad: { readonly rejected: readonly Rejection[]; readonly kept: Kept | undefined },
): PutAnswer {
  const shards = new Uint16Array(count);
  const sequences = new Float64Array(count);
  const repeatOf = answer.repeatOf === undefined ? undefined : new Float64Array(count);
  const letters = new Float64Array(count);
  members.forEach((member, index) => {
    shards[member] = answer.shards[index] ?? 0;
    sequences[member] = answer.sequences[index] ?? 0;
    if (repeatOf !== undefined) {
      repeatOf[member] = answer.repeatOf?.[index] ?? 0;
    }
  });
  bad.rejected.forEach(({ member }, index) => {
    letters[member] = bad.kept?.sequences[index] ?? 0;
  });
  return { ...answer, shards, sequences, repeatOf, letters };
}
