/** The gateway's heart: checks a body, makes its records and its dead letters durable, and tells each one's fate. */

import { defined } from "../../base/assert.ts";
import { type Clock, type Instant, toInstant } from "../../base/clock.ts";
import { Fault } from "../../base/faults.ts";
import { assignedId, type StreamName } from "../../base/record.ts";
import type { Appended, Appender, RecordBatch } from "../../seams/append.ts";
import type { Checker, Rejection, Verdict } from "../../seams/check.ts";
import type { Answer, Ingest, IngestRequest, SetAside } from "../../seams/ingest.ts";
import { letterId, toLetters } from "./letters.ts";

export interface StreamDoor {
  readonly checker: Checker;
  readonly appender: Appender;
  /**
   * Event ids that the plan reads from the records' bytes; called before the append, while the batch's views hold.
   * Left out, ids are those the batch carries, else the assigned ones.
   */
  readonly readIds?: ((batch: RecordBatch) => readonly string[]) | undefined;
}

interface IngestOptions {
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
  readonly rejected: number;
  readonly bytes: number;
}

export interface CountedIngest extends Ingest {
  counts(): IngestCounts;
}

/**
 * When a dead letter cannot be kept the whole call fails, though the good records may be stored by then: the caller
 * sends again, and the records are there twice (at least once; a definition with event ids counts them once).
 */
export function openIngest(options: IngestOptions): CountedIngest {
  const { streams } = options;
  const counts = { accepted: 0, rejected: 0, bytes: 0 };
  return {
    counts: () => ({ ...counts }),
    async accept(request) {
      const door = streams.get(request.stream);
      if (door === undefined) {
        const known = [...streams.keys()].join(", ");
        throw new Fault("STREAM_UNKNOWN", { stream: request.stream, known });
      }
      const verdict = door.checker.check(request.body, request.format);
      if (verdict.count === 0) {
        throw new Fault("BODY_EMPTY");
      }
      const answer = await settle(verdict, request, { door, options });
      counts.accepted += answer.accepted;
      counts.rejected += answer.rejected.length;
      counts.bytes += request.body.length;
      return answer;
    },
  };
}

interface Means {
  readonly door: StreamDoor;
  readonly options: IngestOptions;
}

/** Takes all it needs from the verdict before it first waits: the verdict's views die with the next check. */
async function settle(verdict: Verdict, request: IngestRequest, means: Means): Promise<Answer> {
  const { count, accepted: batch, rejected } = verdict;
  const accepted = batch.count;
  const keptIds = request.wantIds && accepted > 0 ? idsBefore(batch, means.door) : undefined;
  if (rejected.length === 0) {
    const appended = await means.door.appender.append(batch);
    const ids = request.wantIds ? (keptIds ?? idsAfter(appended, accepted, request)) : undefined;
    const { acceptedAt } = appended;
    return { count, accepted, acceptedAt, rejected: [], ids, members: undefined };
  }
  const members = verdict.members?.slice(0, accepted);
  const [appended, letters] = await both(
    accepted === 0 ? undefined : means.door.appender.append(batch),
    setAside(rejected, request, means),
  );
  const ids =
    request.wantIds && appended !== undefined
      ? (keptIds ?? idsAfter(appended, accepted, request))
      : undefined;
  const acceptedAt = appended?.acceptedAt ?? letters.acceptedAt;
  return { count, accepted, acceptedAt, rejected: letters.list, ids, members };
}

/**
 * Waits for both even when one fails, so that nothing is written any more once the caller is told. The fault that
 * waiting cannot mend is the one to tell.
 */
async function both<A, B>(
  one: Promise<A> | undefined,
  other: Promise<B>,
): Promise<[A | undefined, B]> {
  const [first, second] = await Promise.allSettled([one, other]);
  const failures = [first, second].flatMap((result) =>
    result.status === "rejected" ? [result.reason as unknown] : [],
  );
  if (first.status === "fulfilled" && second.status === "fulfilled") {
    return [first.value, second.value];
  }
  throw failures.find((reason) => !(reason instanceof Fault && reason.retry)) ?? failures[0];
}

interface Letters {
  readonly acceptedAt: Instant;
  readonly list: readonly SetAside[];
}

/** Dead letters are written down, and on disk, when this resolves. */
function setAside(
  rejected: readonly Rejection[],
  request: IngestRequest,
  { door, options }: Means,
): Promise<Letters> {
  const idPrefix = options.newId();
  const receivedAt = new Date(options.clock.now()).toISOString();
  const { stream, caller, requestId } = request;
  const { schemaVersion } = door.checker;
  const about = { stream, caller, requestId, schemaVersion, receivedAt, idPrefix };
  const batches = toLetters(rejected, about);
  const list = rejected.map(({ member, reasons }) => ({
    member,
    id: letterId(idPrefix, member),
    reasons,
  }));
  return appendInTurn(options.deadLetters, batches).then((acceptedAt) => ({ acceptedAt, list }));
}

/** One after the other: all at once could be more than the log has room for, and would never fit. */
async function appendInTurn(appender: Appender, batches: readonly RecordBatch[]): Promise<Instant> {
  let acceptedAt = toInstant(0);
  for (const batch of batches) {
    ({ acceptedAt } = await appender.append(batch));
  }
  return acceptedAt;
}

function idsBefore(batch: RecordBatch, door: StreamDoor): readonly string[] | undefined {
  return batch.ids?.slice(0, batch.count) ?? door.readIds?.(batch);
}

function idsAfter(appended: Appended, accepted: number, request: IngestRequest): readonly string[] {
  const ids: string[] = [];
  for (let index = 0; index < accepted; index += 1) {
    const shard = defined(appended.shards[index], "each record appended has a shard");
    const sequence = defined(appended.sequences[index], "each record appended has a sequence");
    ids.push(assignedId(request.stream as StreamName, shard, sequence));
  }
  return ids;
}
