/** Log ↔ lake: the cuts of a stream must cover each shard's sequences from 1 on, each once. Pure. */

import type { Manifest, ShardRange } from "../../seams/announce.ts";
import type { Account } from "../account.ts";
import { sizeOf, toPlaces } from "../ranges.ts";

/** What the log itself says of one shard. */
export interface ShardTruth {
  readonly shard: number;
  /** Oldest sequence still in the log; `last + 1` when nothing is. */
  readonly first: number;
  /** Newest durable sequence, 0 before the first. */
  readonly last: number;
}

/** Walks the manifests in the order of their cuts. */
export class Tiling {
  readonly #stream: string;
  readonly #account: Account;
  readonly #next: Map<number, number>;

  /** `since` is what the walk over earlier cuts came to. */
  constructor(stream: string, account: Account, since?: ReadonlyMap<number, number>) {
    this.#stream = stream;
    this.#account = account;
    this.#next = new Map(since);
  }

  /** By shard, the sequence that the next cut must begin with. */
  next(): ReadonlyMap<number, number> {
    return new Map(this.#next);
  }

  add(manifest: Manifest): void {
    const { cut } = manifest;
    for (const run of manifest.ranges.toSorted((a, b) => a.shard - b.shard || a.first - b.first)) {
      const next = this.#next.get(run.shard) ?? 1;
      if (run.first > next) {
        const gap = { shard: run.shard, first: next, last: run.first - 1 };
        this.#account.missingPlaces(this.#stream, [gap], `no cut before ${cut} has ${show(gap)}`);
      }
      if (run.first < next) {
        const twice = { ...run, last: Math.min(run.last, next - 1) };
        this.#account.extraPlaces(this.#stream, [twice], `cut ${cut} has ${show(twice)} again`);
      }
      this.#next.set(run.shard, Math.max(next, run.last + 1));
    }
    this.#sum(manifest);
  }

  /** A manifest must account for each of its records: a row, dropped on purpose, or failed. */
  #sum(manifest: Manifest): void {
    const { cut, records, ranges, dropped, object, failed } = manifest;
    const covered = sizeOf(toPlaces(ranges));
    const parts = (object?.records ?? 0) + sizeOf(toPlaces(dropped)) + (failed?.records ?? 0);
    if (covered !== records) {
      const remark = `cut ${cut} says ${records} records, its ranges hold ${covered}`;
      this.#account.unread(remark);
    }
    const lacks = covered - parts;
    const remark = `cut ${cut} covers ${covered} records and accounts for ${parts}`;
    this.#account.missing(lacks, [], remark);
    this.#account.extra(-lacks, [], remark);
  }

  /** Compares with the log's own end; resolves to what no cut covers yet, which is on its way. */
  close(truth: readonly ShardTruth[]): readonly ShardRange[] {
    const waiting: ShardRange[] = [];
    for (const { shard, first, last } of truth) {
      const next = this.#next.get(shard) ?? 1;
      this.#account.expected += last;
      if (next > last + 1) {
        const ahead = { shard, first: last + 1, last: next - 1 };
        const remark = `the log ends before ${show(ahead)}, which the lake has`;
        this.#account.extraPlaces(this.#stream, [ahead], remark);
      }
      if (first > next && next <= last) {
        const gone = { shard, first: next, last: Math.min(first - 1, last) };
        const remark = `${show(gone)} left the log before any cut had it`;
        this.#account.missingPlaces(this.#stream, [gone], remark);
      }
      const from = Math.max(next, first);
      if (from <= last) {
        waiting.push({ shard, first: from, last });
      }
    }
    return waiting;
  }
}

export function show({ shard, first, last }: ShardRange): string {
  const what = first === last ? `number ${first}` : `numbers ${first} to ${last}`;
  return `${what} of shard ${shard}`;
}
