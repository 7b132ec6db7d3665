/** The gateway's heart: checks a body, makes its records and its dead letters durable, and tells each one's fate. */

import { defined } from "../../base/assert.ts";
import { type Clock, type Instant, toInstant } from "../../base/clock.ts";
import { Fault } from "../../base/faults.ts";
import { assignedId, type StreamName } from "../../base/record.ts";
import type { Appender, RecordBatch } from "../../seams/append.ts";
import type { Checker, Rejection, Verdict } from "../../seams/check.ts";
import type { KeyedRecords, PutAbout, PutAnswer } from "../../seams/put.ts";
import type { Answer, Ingest, IngestRequest, SetAside } from "../../seams/ingest.ts";
import type { Admitted } from "./dedupe/repeats.ts";
import type { DedupeWindow } from "./dedupe/window.ts";
import { nameRecords, type Named } from "./dedupe/name-records.ts";
import { acceptKeyed } from "./ingest-keyed.ts";
import { letterId, toLetters } from "./letters.ts";

export interface StreamDoor {
  readonly checker: Checker;
  readonly appender: Appender;
  /** The definition names an id, so a request's own key is of no use. */
  readonly named?: boolean | undefined;
  /** Why nothing may come in now; undefined while it may. */
  readonly refusal?: (() => Fault | undefined) | undefined;
  /** Knows repeats by their ids; undefined where the stream keeps no window. */
  readonly window?: DedupeWindow | undefined;
}

export interface IngestOptions {
  readonly streams: ReadonlyMap<string, StreamDoor>;
  /** Appender of the stream `dead_letters`. */
  readonly deadLetters: Appender;
  readonly clock: Clock;
  /** A new unique text each time: letters of digits, letters, - and _. */
  readonly newId: () => string;
}

/** What came in through this ingest, from clients and sources alike. */
interface IngestCounts {
  readonly accepted: number;
  readonly duplicates: number;
  readonly rejected: number;
  readonly bytes: number;
}

export interface CountedIngest extends Ingest {
  /** The way in for records that bring their own keys. */
  put(stream: string, records: KeyedRecords, about: PutAbout): Promise<PutAnswer>;
  counts(): IngestCounts;
}

/**
 * When a dead letter cannot be kept the whole call fails, though the good records may be stored by then: the caller
 * sends again, and what has an id is known then; what has none is there twice.
 */
export function openIngest(options: IngestOptions): CountedIngest {
  const { streams } = options;
  const counts = { accepted: 0, duplicates: 0, rejected: 0, bytes: 0 };
  return {
    counts: () => ({ ...counts }),
    async put(stream, records, about) {
      const door = defined(streams.get(stream), "records are put to streams of the pipeline");
      refuseShut(door);
      const answer = await acceptKeyed(records, { ...about, stream }, { door, options, store });
      counts.accepted += answer.accepted;
      counts.duplicates += answer.duplicates;
      counts.rejected += records.count - answer.accepted;
      counts.bytes += records.bytes.length;
      return answer;
    },
    async accept(request) {
      const door = streams.get(request.stream);
      if (door === undefined) {
        const known = [...streams.keys()].join(", ");
        throw new Fault("STREAM_UNKNOWN", { stream: request.stream, known });
      }
      if (request.idempotencyKey !== undefined && door.window === undefined && !door.named) {
        throw new Fault("IDEMPOTENCY_KEY_UNUSED", { stream: request.stream });
      }
      refuseShut(door);
      const verdict = door.checker.check(request.body, request.format);
      if (verdict.count === 0) {
        throw new Fault("BODY_EMPTY");
      }
      const answer = await settle(verdict, request, { door, options });
      counts.accepted += answer.accepted;
      counts.duplicates += answer.duplicates;
      counts.rejected += answer.rejected.length;
      counts.bytes += request.body.length;
      return answer;
    },
  };
}

/** Before anything is checked: a door that is shut does no work. */
function refuseShut({ refusal }: StreamDoor): void {
  const fault = refusal?.();
  if (fault !== undefined) {
    throw fault;
  }
}

export interface Means {
  readonly door: StreamDoor;
  readonly options: IngestOptions;
}

/** Takes all it needs from the verdict before it first waits: the verdict's views die with the next check. */
async function settle(verdict: Verdict, request: IngestRequest, means: Means): Promise<Answer> {
  const { count, rejected } = verdict;
  const accepted = verdict.accepted.count;
  const named = nameRecords(verdict, request.idempotencyKey, request.firstPlace);
  const keptIds = request.wantIds && accepted > 0 ? named.texts() : undefined;
  const members = rejected.length === 0 ? undefined : verdict.members?.slice(0, accepted);
  const storing = accepted === 0 ? undefined : store(named, means.door);
  const letters = rejected.length === 0 ? undefined : toAside(rejected, request, means);
  if (named.keyed) {
    // A key that is refused keeps nothing, so its dead letters wait for the word on its records.
    await storing;
  }
  const [stored, letteredAt] = await both(storing, letters?.write());
  const ids =
    request.wantIds && stored !== undefined
      ? (keptIds ?? idsAfter(stored, accepted, request))
      : undefined;
  return {
    count,
    accepted,
    duplicates: stored?.repeats ?? 0,
    acceptedAt: stored?.acceptedAt ?? letteredAt ?? toInstant(0),
    receipts: stored,
    rejected: letters?.list ?? [],
    ids,
    members,
  };
}

async function store({ batch, ids, keyed }: Named, door: StreamDoor): Promise<Admitted> {
  if (ids !== undefined && door.window !== undefined) {
    return await door.window.admit({ batch, ids, revisions: keyed ? "refuse" : "append" });
  }
  const appended = await door.appender.append(batch);
  return { ...appended, repeatOf: undefined, repeats: 0 };
}

/**
 * Waits for both even when one fails, so that nothing is written any more once the caller is told. The fault that
 * waiting cannot mend is the one to tell.
 */
async function both<A, B>(
  one: Promise<A> | undefined,
  other: Promise<B> | undefined,
): Promise<[A | undefined, B | undefined]> {
  const [first, second] = await Promise.allSettled([one, other]);
  const failures = [first, second].flatMap((result) =>
    result.status === "rejected" ? [result.reason as unknown] : [],
  );
  if (first.status === "fulfilled" && second.status === "fulfilled") {
    return [first.value, second.value];
  }
  throw failures.find((reason) => !(reason instanceof Fault && reason.retry)) ?? failures[0];
}

interface Aside {
  readonly list: readonly SetAside[];
  /** Dead letters are written down, and on disk, when this resolves. */
  write(): Promise<Instant>;
}

/** All bytes are copied here and now; nothing is written yet. */
function toAside(
  rejected: readonly Rejection[],
  request: IngestRequest,
  { door, options }: Means,
): Aside {
  const idPrefix = options.newId();
  const receivedAt = new Date(options.clock.now()).toISOString();
  const { stream, caller, origin, requestId } = request;
  const { schemaVersion } = door.checker;
  const about = { stream, caller, origin, requestId, schemaVersion, receivedAt, idPrefix };
  const batches = toLetters(rejected, about);
  const list = rejected.map(({ member, reasons }) => ({
    member,
    id: letterId(idPrefix, member),
    reasons,
  }));
  return { list, write: () => appendInTurn(options.deadLetters, batches) };
}

/** One after the other: all at once could be more than the log has room for, and would never fit. */
async function appendInTurn(appender: Appender, batches: readonly RecordBatch[]): Promise<Instant> {
  let acceptedAt = toInstant(0);
  for (const batch of batches) {
    ({ acceptedAt } = await appender.append(batch));
  }
  return acceptedAt;
}

function idsAfter(appended: Admitted, accepted: number, request: IngestRequest): readonly string[] {
  const ids: string[] = [];
  for (let index = 0; index < accepted; index += 1) {
    const shard = defined(appended.shards[index], "each record appended has a shard");
    const sequence = defined(appended.sequences[index], "each record appended has a sequence");
    const name = appended.names?.[index];
    ids.push(assignedId(request.stream as StreamName, shard, name ?? sequence));
  }
  return ids;
}
