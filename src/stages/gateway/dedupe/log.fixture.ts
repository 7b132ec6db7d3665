/** A log in memory for the window's tests: it commits, refuses, fails half-way and is repaired when it is told to. */

import { toInstant } from "../../../base/clock.ts";
import { Fault } from "../../../base/faults.ts";
import { type Appended, type Appender, type RecordBatch, toBatch } from "../../../seams/append.ts";
import type { Position } from "../../../seams/consume.ts";
import { toIdTexts, type Arrival } from "./arrival.ts";
import { DedupeWindow, type Kept, type Recall } from "./window.ts";

const NEVER = new Promise<never>(() => {});

export interface Logged {
  readonly id: string;
  readonly text: string;
  readonly at: number;
}

interface Waiting {
  readonly records: readonly Logged[];
  readonly resolve: (appended: Appended) => void;
  readonly reject: (fault: Fault) => void;
}

/** Record n of the log has sequence n + 1. Ids are the records' texts up to the first "=". */
export class HeldLog implements Appender, Recall {
  readonly records: Logged[] = [];
  now = 1_000_000;
  /** Commits at once, unless told to hold. */
  held = false;
  busy = false;
  #waiting: Waiting[] = [];
  #found: readonly Logged[] = [];
  #sound = true;
  #life = 0;

  append(batch: RecordBatch): Promise<Appended> {
    if (this.busy) {
      return Promise.reject(new Fault("STREAM_BUSY", { stream: "s", bytes: 1 }));
    }
    if (!this.#sound) {
      return Promise.reject(new Fault("STREAM_WRITE_FAILED", { stream: "s", cause: "broken" }));
    }
    const records = textsOf(batch).map((text) => ({ ...split(text), at: this.now }));
    const { promise, resolve, reject } = Promise.withResolvers<Appended>();
    this.#waiting.push({ records, resolve, reject });
    if (!this.held) {
      this.commit();
    }
    return promise;
  }

  /** Makes everything that waits durable. */
  commit(): void {
    for (const { records, resolve } of this.#waiting.splice(0)) {
      const first = this.records.length + 1;
      this.records.push(...records);
      resolve({
        acceptedAt: toInstant(records[0]?.at ?? this.now),
        shards: new Uint16Array(records.length),
        sequences: Float64Array.from(records, (_record, index) => first + index),
      });
    }
  }

  /** Answers all that wait with a failure; the first `kept` of them turn out to be there once it is repaired. */
  fail(kept: number): void {
    const failed = this.#waiting.splice(0);
    if (failed.length === 0) {
      return;
    }
    this.#sound = false;
    this.#found = failed.slice(0, kept).flatMap(({ records }) => records);
    for (const { reject } of failed) {
      reject(new Fault("STREAM_WRITE_FAILED", { stream: "s", cause: "the disk is full" }));
    }
  }

  repair(): void {
    this.records.push(...this.#found);
    this.#found = [];
    this.#sound = true;
  }

  /** What kill -9 leaves: what waits may be there or not, and nobody of that life does anything any more. */
  crash(kept: number): void {
    this.#life += 1;
    this.fail(kept);
    this.repair();
  }

  mark(): Promise<Position> {
    return Promise.resolve(String(this.records.length) as Position);
  }

  isSound(): boolean {
    return this.#sound;
  }

  async read(from: Position | undefined, take: (kept: Kept) => void): Promise<void> {
    await Promise.resolve();
    for (const [index, { id, text, at }] of this.records.entries()) {
      if (index >= Number(from ?? 0) && (from !== undefined || at >= this.now - this.windowMs)) {
        const sequences = Float64Array.of(index + 1);
        const appended = { acceptedAt: toInstant(at), shards: new Uint16Array(1), sequences };
        take({ records: toBatch([text]), ids: toIdTexts([id]), appended });
      }
    }
  }

  windowMs = 1000;

  /** A window over this log, as a process has it that begins now; that of the process before is dead from then on. */
  openWindow(idsMax = 64): DedupeWindow {
    this.#life += 1;
    const life = this.#life;
    return new DedupeWindow({
      stream: "s",
      appender: { append: (batch) => (life === this.#life ? this.append(batch) : NEVER) },
      clock: { now: () => toInstant(this.now) },
      random: (bytes) => Buffer.alloc(bytes, 7),
      windowMs: this.windowMs,
      idsMax,
      recall: this,
    });
  }
}

export function toArrival(
  texts: readonly string[],
  revisions: Arrival["revisions"] = "append",
): Arrival {
  return { batch: toBatch(texts), ids: toIdTexts(texts.map((text) => split(text).id)), revisions };
}

function split(text: string): { id: string; text: string } {
  return { id: text.split("=", 1)[0] ?? "", text };
}

function textsOf({ bytes, starts, ends, count }: RecordBatch): string[] {
  return Array.from({ length: count }, (_none, i) => bytes.toString("utf8", starts[i], ends[i]));
}
