/** What comes out of Kinesis goes the way of every event: checked, then appended to the log, or set aside with reasons. */

import { createHash } from "node:crypto";
import type { Clock } from "../../base/clock.ts";
import type { ReasonCode } from "../../base/dead-letter.ts";
import { causeOf } from "../../base/faults.ts";
import { assignedId } from "../../base/record.ts";
import { unpackAggregated } from "../../wire/kpl.ts";
import type { StreamPlan } from "../../plan/plan.ts";
import type { Appender, RecordBatch } from "../../seams/append.ts";
import type { BodyFormat, Checker, Rejection } from "../../seams/check.ts";
import { openChecker } from "../../stages/check/index.ts";
import { toLetters } from "../../stages/gateway/index.ts";
import {
  type KeptLines,
  originText,
  sequenceText,
  type Taken,
} from "../../stages/stream/remote/index.ts";

export interface KeepOptions {
  readonly stream: StreamPlan;
  readonly events: Appender;
  readonly letters: Appender;
  readonly clock: Clock;
}

/** Bytes given to the logs before they are waited for: less than a commit has room for. */
const AT_ONCE_BYTES = 8_388_608;

type KinesisRecord = Taken["records"][number];

/** Resolves once everything of a batch that was not kept is on disk. */
export function openKeep(options: KeepOptions): (taken: Taken) => Promise<KeptLines> {
  const keeper = new Keeper(options);
  return async ({ shard, records, kept }) => {
    let writes: Promise<unknown>[] = [];
    let bytes = 0;
    let [events, letters] = [0, 0];
    for (const record of records) {
      const made = keeper.keep(record, { shard, kept });
      writes.push(...made.writes);
      events += made.events;
      letters += made.letters;
      bytes += record.data.length;
      if (bytes >= AT_ONCE_BYTES) {
        await settle(writes);
        writes = [];
        bytes = 0;
      }
    }
    await settle(writes);
    return { events, letters };
  };
}

/** Nothing is written any more when this throws. */
async function settle(writes: readonly Promise<unknown>[]): Promise<void> {
  await Promise.allSettled(writes);
  await Promise.all(writes);
}

interface Known {
  readonly shard: number;
  readonly kept: ReadonlySet<string>;
}

interface Written extends KeptLines {
  readonly writes: Promise<unknown>[];
}

/** Where a document stands: its first line's number in the Kinesis record. */
interface Place extends Known {
  readonly line: number;
}

class Keeper {
  readonly #options: KeepOptions;
  readonly #checker: Checker;

  constructor(options: KeepOptions) {
    this.#options = options;
    this.#checker = openChecker(options.stream);
  }

  /** Takes the bytes before it returns; the order of calls is the order in the log. */
  keep(record: KinesisRecord, known: Known): Written {
    const packed = unpackAggregated(record.data);
    if (packed === undefined) {
      return this.#keepBody(record, { ...known, line: 0 });
    }
    const writes: Promise<unknown>[] = [];
    let [events, letters] = [0, 0];
    for (const { partitionKey: key, data } of packed) {
      const line = events + letters;
      const kept = this.#keepBody({ ...record, key, data }, { ...known, line });
      writes.push(...kept.writes);
      events += kept.events;
      letters += kept.letters;
    }
    return { writes, events, letters };
  }

  /** One document, or one per line; an empty one is a line too, so that it is not passed over. */
  #keepBody(record: KinesisRecord, known: Place): Written {
    const body = Buffer.from(record.data);
    const refuse = (code: ReasonCode, message: string): Written => {
      const reasons = [{ code, path: "", message }] as const;
      const writes = this.#setAside([{ member: 0, raw: record.data, reasons }], record, known);
      return { writes, events: 0, letters: 1 };
    };
    let verdict: ReturnType<Checker["check"]>;
    try {
      verdict = this.#checker.check(body, formatOf(body));
    } catch (thrown) {
      return refuse("TOO_LARGE", causeOf(thrown));
    }
    const { count, accepted, members, rejected } = verdict;
    if (count === 0) {
      return refuse("NOT_JSON", "it is empty");
    }
    const lines = Array.from({ length: accepted.count }, (_none, i) => members?.[i] ?? i);
    const appended = this.#append(accepted, { record, lines, known });
    const writes = [...appended, ...this.#setAside(rejected, record, known)];
    return { writes, events: accepted.count, letters: count - accepted.count };
  }

  #append(
    batch: RecordBatch,
    { record, lines, known }: { record: KinesisRecord; lines: readonly number[]; known: Place },
  ): Promise<unknown>[] {
    const { stream, events } = this.#options;
    const origins = lines.map((line) => this.#origin(record, line, known));
    const fresh = lines.flatMap((_line, i) => (known.kept.has(origins[i] ?? "") ? [] : [i]));
    if (fresh.length === 0) {
      return [];
    }
    const { id, name } = stream;
    const idOf = (i: number): string =>
      assignedId(name, known.shard, sequenceText(record.sequence, known.line + (lines[i] ?? 0)));
    const chosen: RecordBatch = {
      count: fresh.length,
      bytes: batch.bytes,
      starts: Uint32Array.from(fresh, (i) => batch.starts[i] ?? 0),
      ends: Uint32Array.from(fresh, (i) => batch.ends[i] ?? 0),
      hashes: hashesOf(batch, fresh, record.key),
      ids: id === undefined ? fresh.map(idOf) : batch.ids && fresh.map((i) => batch.ids?.[i] ?? ""),
      keys: fresh.map((i) => origins[i] ?? ""),
    };
    return [events.append(chosen)];
  }

  #setAside(
    rejected: readonly Rejection[],
    record: KinesisRecord,
    known: Place,
  ): Promise<unknown>[] {
    const { stream, letters, clock } = this.#options;
    return rejected.flatMap((one) => {
      const origin = this.#origin(record, one.member, known);
      if (known.kept.has(origin)) {
        return [];
      }
      const about = {
        stream: stream.name,
        schemaVersion: this.#checker.schemaVersion,
        receivedAt: new Date(clock.now()).toISOString(),
        caller: `kinesis shard ${known.shard}`,
        requestId: record.sequence,
        // The same each time that it is read, and no other record's.
        idPrefix: `${stream.name}-${known.shard}-${record.sequence}-${known.line}`,
      };
      return toLetters([one], about).map((batch) => letters.append({ ...batch, keys: [origin] }));
    });
  }

  #origin({ sequence }: KinesisRecord, member: number, { shard, line }: Place): string {
    const stream = this.#options.stream.name;
    return originText({ stream, shard, name: sequenceText(sequence, line + member) });
  }
}

/** Producers write one document per record, perhaps over several lines; ours also write one per line. */
function formatOf(body: Buffer): BodyFormat {
  return body.includes("\n{") ? "ndjson" : "json";
}

/** The definition's key decides the shard of the log; without one the producer's does, so that its order holds. */
function hashesOf(batch: RecordBatch, places: readonly number[], key: string): Uint32Array {
  const { hashes } = batch;
  const md5 = hashes === undefined ? createHash("md5").update(key).digest() : undefined;
  return Uint32Array.from(
    places.flatMap((place) =>
      [0, 1, 2, 3].map((word) => hashes?.[place * 4 + word] ?? md5?.readUInt32BE(word * 4) ?? 0),
    ),
  );
}
