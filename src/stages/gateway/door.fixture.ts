/** A stream and a schema in memory for the gateway's tests: objects are good unless they say otherwise. */

import { toInstant } from "../../base/clock.ts";
import type { Reason } from "../../base/dead-letter.ts";
import type { Appended, Appender, RecordBatch } from "../../seams/append.ts";
import type { BodyFormat, Checker, Rejection, Verdict } from "../../seams/check.ts";

export const NOW = toInstant(Date.UTC(2026, 10, 21, 10, 0, 0, 123));

/** Keeps records as text; `hold` makes appends wait, `fail` makes them throw. */
export class MemoryAppender implements Appender {
  readonly records: string[] = [];
  readonly batches: number[] = [];
  fail: Error | undefined;
  hold: Promise<void> | undefined;

  async append(batch: RecordBatch): Promise<Appended> {
    const texts = Array.from({ length: batch.count }, (_, i) =>
      batch.bytes.toString("utf8", batch.starts[i], batch.ends[i]),
    );
    await this.hold;
    if (this.fail !== undefined) {
      throw this.fail;
    }
    const first = this.records.length + 1;
    this.records.push(...texts);
    this.batches.push(texts.length);
    return {
      acceptedAt: NOW,
      shards: new Uint16Array(batch.count),
      sequences: Float64Array.from({ length: batch.count }, (_, i) => first + i),
    };
  }
}

/** Scratch that the next check overwrites, as the seam allows. */
const starts = new Uint32Array(100_000);
const ends = new Uint32Array(100_000);
const members = new Uint32Array(100_000);

/** A record is good when it is JSON, an object, and has no member `bad`. */
export const memoryChecker: Checker = {
  schemaVersion: "test-schema",
  checkRecords({ count, bytes, starts: from, ends: to }): Verdict {
    const lines = Array.from({ length: count }, (_, i) => bytes.toString("utf8", from[i], to[i]));
    return memoryChecker.check(Buffer.from(lines.join("\n")), "ndjson");
  },
  check(body, format): Verdict {
    const rejected: Rejection[] = [];
    const lines = linesOf(body, format);
    let count = 0;
    const kept: Buffer[] = [];
    let at = 0;
    for (const [member, raw] of lines.entries()) {
      const reason = judge(raw.toString());
      if (reason === undefined) {
        starts[count] = at;
        ends[count] = at + raw.length;
        members[count] = member;
        kept.push(raw, Buffer.from("\n"));
        at += raw.length + 1;
        count += 1;
      } else {
        rejected.push({ member, raw, reasons: [reason] });
      }
    }
    const bytes = Buffer.concat(kept);
    const batch = { count, bytes, starts, ends };
    return {
      count: lines.length,
      accepted: { ...batch, hashes: undefined, ids: undefined, keys: undefined },
      members: rejected.length === 0 ? undefined : members,
      rejected,
      ids: undefined,
    };
  },
};

function linesOf(body: Buffer, format: BodyFormat): Buffer[] {
  const text = body.toString("utf8");
  if (format !== "json") {
    const lines = text.split("\n").filter((line) => line.trim() !== "");
    return (format === "csv" ? lines.slice(1) : lines).map((line) => Buffer.from(line));
  }
  try {
    const parsed: unknown = JSON.parse(text);
    const list = Array.isArray(parsed) ? parsed : [parsed];
    return list.map((one) => Buffer.from(JSON.stringify(one)));
  } catch {
    return [body];
  }
}

function judge(text: string): Reason | undefined {
  try {
    const parsed: unknown = JSON.parse(text);
    if (typeof parsed !== "object" || parsed === null) {
      return { code: "NOT_AN_OBJECT", path: "", message: "The record is no object." };
    }
    return "bad" in parsed
      ? { code: "FIELD_VALUE", path: "/bad", message: "bad must not be there" }
      : undefined;
  } catch {
    return { code: "NOT_JSON", path: "", message: "The record is not JSON." };
  }
}
