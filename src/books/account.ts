/** One account of the books: two sides that must hold the same events, and what was found wrong. Pure. */

import { assignedId, type StreamName } from "../base/record.ts";
import type { ShardRange } from "../seams/announce.ts";
import type { BooksState } from "../seams/status.ts";
import type { Finding } from "../seams/verify.ts";
import { eachPlace, sizeOf } from "./ranges.ts";

const IDS_MAX = 100;
const REMARKS_MAX = 5;

/** Places of a stream as the ids its events would be assigned: `millrace where` knows events by them. */
export function placeIds(stream: string, runs: readonly ShardRange[]): string[] {
  return [...eachPlace(runs, IDS_MAX)].map(({ shard, sequence }) =>
    assignedId(stream as StreamName, shard, sequence),
  );
}

export class Account {
  readonly #name: string;
  readonly #missing = new Events();
  readonly #extra = new Events();
  readonly #remarks: string[] = [];
  readonly #unread: string[] = [];
  /** What the left side has, in events. */
  expected = 0;

  constructor(name: string) {
    this.#name = name;
  }

  /** Events of the left side that the right one lacks. */
  missing(count: number, ids: readonly string[], remark: string): void {
    this.#note(this.#missing, { count, ids, remark });
  }

  missingPlaces(stream: string, runs: readonly ShardRange[], remark: string): void {
    this.missing(sizeOf(runs), placeIds(stream, runs), remark);
  }

  /** Events that the right side has once too often, or should not have. */
  extra(count: number, ids: readonly string[], remark: string): void {
    this.#note(this.#extra, { count, ids, remark });
  }

  extraPlaces(stream: string, runs: readonly ShardRange[], remark: string): void {
    this.extra(sizeOf(runs), placeIds(stream, runs), remark);
  }

  /** Something could not be looked at, so nothing is known of it. */
  unread(why: string): void {
    if (this.#unread.length < REMARKS_MAX) {
      this.#unread.push(why);
    }
  }

  /** Whether nothing was found missing so far. */
  get isWhole(): boolean {
    return this.#missing.count === 0;
  }

  /** Whether everything could be looked at so far. */
  get isRead(): boolean {
    return this.#unread.length === 0;
  }

  /** `balanced` is said when nothing is wrong. */
  close(balanced: string): Finding {
    const state = this.#state();
    const { expected } = this;
    const found = expected - this.#missing.count + this.#extra.count;
    const ids = [...this.#missing.ids, ...this.#extra.ids].slice(0, IDS_MAX);
    const says = state === "BALANCED" ? balanced : this.#sentence();
    return { state, account: this.#name, says, expected, found, ids };
  }

  #note(events: Events, { count, ids, remark }: Trouble): void {
    if (count <= 0) {
      return;
    }
    events.count += count;
    events.ids.push(...ids.slice(0, IDS_MAX - events.ids.length));
    if (this.#remarks.length < REMARKS_MAX) {
      this.#remarks.push(remark);
    }
  }

  #state(): BooksState {
    if (this.#unread.length > 0) {
      return "UNVERIFIED";
    }
    if (this.#missing.count > 0) {
      return "SHORT";
    }
    return this.#extra.count > 0 ? "OVER" : "BALANCED";
  }

  #sentence(): string {
    const counts = [
      this.#missing.count > 0 ? `${this.#missing.count} missing` : "",
      this.#extra.count > 0 ? `${this.#extra.count} too many` : "",
    ].filter((part) => part !== "");
    const head = counts.length === 0 ? "" : `${counts.join(", ")}: `;
    return `${head}${[...this.#unread, ...this.#remarks].join("; ")}.`;
  }
}

interface Trouble {
  readonly count: number;
  readonly ids: readonly string[];
  readonly remark: string;
}

class Events {
  count = 0;
  readonly ids: string[] = [];
}

const RANK: Readonly<Record<BooksState, number>> = {
  BALANCED: 0,
  OVER: 1,
  SHORT: 2,
  UNVERIFIED: 3,
};

export function worstOf(findings: readonly Finding[]): BooksState {
  return findings.reduce<BooksState>(
    (worst, { state }) => (RANK[state] > RANK[worst] ? state : worst),
    "BALANCED",
  );
}

export function showCount(count: number): string {
  return count.toLocaleString("en-US");
}
