/** What closing one stream needs, and what is left of a closing for the next one. */

import type { Announcements } from "../seams/announce.ts";
import type { Audit } from "../seams/audit.ts";
import type { ObjectStore } from "../seams/store.ts";
import type { Finding } from "../seams/verify.ts";
import type { LoadedTotal } from "./accounts/ledger.ts";
import type { BooksReader } from "./accounts/log-walk.ts";
import type { MakeAgain } from "./accounts/made-again.ts";
import type { LookAtSource } from "./source/close-source.ts";
import type { ShardTruth } from "./accounts/tiling.ts";
import type { Ask } from "./cells.ts";

export interface StreamAccount {
  readonly name: string;
  readonly table: string;
  /** What the log says of its shards now, closed ones too. */
  readonly log: () => Promise<readonly ShardTruth[]>;
  /** A reader of the log for the books alone; closed by them. */
  readonly openReader: () => Promise<BooksReader>;
  /** Names of the columns that the definition gives a row now. */
  readonly columns: readonly string[];
  /** The newest cut whose objects the lake's retention has removed; left out where there is no such thing. */
  readonly forgotten?: () => Promise<number>;
  /** What was taken from where its events come from; left out where the log is where they are put. */
  readonly source?: LookAtSource | undefined;
  /** Makes cuts again from the log, with a reader of its own that closing disposes of; undefined where nobody can. */
  readonly openMaker?: () => Promise<Maker>;
}

export interface Maker extends AsyncDisposable {
  readonly make: MakeAgain;
}

export interface StreamMeans {
  readonly stream: StreamAccount;
  readonly announcements: Announcements;
  readonly store: ObjectStore;
  readonly ask: Ask;
  /** Undefined where objects cannot be read as the loader reads them. */
  readonly audit: Audit | undefined;
  readonly planHash: string;
  readonly deep: boolean;
  /** What the ledger had loaded when the closing began. */
  readonly loaded: LoadedTotal;
  /** Where an earlier closing ended that balanced: what it covers is not read again, but for a little at a time. */
  readonly since?: StreamMark | undefined;
}

/** Up to where everything was closed and balanced, and what it came to. */
export interface StreamMark {
  readonly cut: number;
  /** By shard, the sequence that the next cut begins with. */
  readonly next: ReadonlyMap<number, number>;
  readonly expected: {
    readonly lake: number;
    readonly warehouse: number;
    readonly letters: number;
  };
  readonly sums: Readonly<Sums>;
  /** The cut at which looking again at what is closed goes on. */
  readonly again: number;
}

export interface ClosedStream {
  readonly findings: readonly Finding[];
  /** Undefined where nothing is loaded yet. */
  readonly mark: StreamMark | undefined;
}

/** What the records of a stream became, for the sum of all. */
export interface Sums {
  rows: number;
  dropped: number;
  letters: number;
  unloaded: number;
  /** Cuts whose objects retention removed. */
  forgotten: number;
}
