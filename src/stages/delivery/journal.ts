/** Cuts written down before their objects are made, in SQLite: what a restart repeats exactly. */

import type { DatabaseSync, StatementSync } from "node:sqlite";
import { DATA_VERSIONS } from "../../base/data-versions.ts";
import { inTransaction, openSqlite } from "../../base/sqlite.ts";
import { Fault } from "../../base/faults.ts";
import { WalFlusher } from "../../base/wal-flusher.ts";
import type { Manifest } from "../../seams/announce.ts";
import type { Position } from "../../seams/consume.ts";
import type { ObjectName } from "../../seams/store.ts";
import type { PoisonedRecord } from "./poison/guard.ts";

/** Record `index` of the frame at `position`: the first that is not yet taken. */
export interface Place {
  readonly position: Position;
  readonly index: number;
}

export interface PlannedCut {
  /** Where the cut begins, and where the next one does. */
  readonly from: Place;
  readonly to: Place;
  /** The name of the failed-records object, used or not. */
  readonly failedName: ObjectName;
  readonly objectName: ObjectName;
  /** What will be announced, hashes and all, so that a restart knows whether what it finds is what was meant. */
  readonly manifest: Manifest;
}

export interface Totals {
  readonly cuts: number;
  readonly records: number;
  readonly dropped: number;
  readonly failed: number;
  readonly bytes: number;
}

export interface Resumed {
  /** Where the newest stored cut ends; undefined before the first. */
  readonly storedTo: Place | undefined;
  /** Number of the newest stored cut, 0 before the first. */
  readonly stored: number;
  /** Cuts that were planned and are not yet known to be stored, in order. */
  readonly planned: readonly PlannedCut[];
  readonly totals: Totals;
}

export interface CutJournal extends AsyncDisposable {
  /** What the journal holds; once resolved, none of it is lost any more. */
  resume(stream: string): Promise<Resumed>;
  /** Written when it returns, durable once resolved; replaces what was planned under the same number. */
  plan(cut: PlannedCut): Promise<void>;
  /** Marks a planned cut as stored and announced, and counts it. */
  markStored(cut: PlannedCut): void;
}

/** Kept in the same file: what made the cuts other than the transform would have. */
export interface PoisonJournal {
  /** On disk with the next plan at the latest: a definition's transform must not be given the record again. */
  poison(planHash: string, record: PoisonedRecord): void;
}

/** Stored cuts that are kept, for people who look; a restart needs only the newest. */
const CUTS_KEPT = 64;

const VERSION = DATA_VERSIONS["delivery.sqlite"];
const SCHEMA = `
  create table if not exists cuts(
    stream text not null, cut integer not null, state text not null,
    from_position text not null, from_index integer not null,
    to_position text not null, to_index integer not null,
    object_name text not null, failed_name text not null, manifest text not null,
    primary key (stream, cut)
  ) strict, without rowid;
  create table if not exists totals(
    stream text primary key, cuts integer not null, records integer not null, dropped integer not null,
    failed integer not null, bytes integer not null
  ) strict, without rowid;
  create table if not exists poison(
    plan text not null, stream text not null, shard integer not null, sequence integer not null, says text not null,
    primary key (plan, stream, shard, sequence)
  ) strict, without rowid;
`;

const PLAN = `insert or replace into cuts values (?, ?, 'planned', ?, ?, ?, ?, ?, ?, ?)`;
const MARK = `update cuts set state = 'stored' where stream = ? and cut = ? and state = 'planned'`;
const COUNT = `insert into totals values (?, 1, ?, ?, ?, ?) on conflict (stream) do update set
  cuts = cuts + 1, records = records + excluded.records, dropped = dropped + excluded.dropped,
  failed = failed + excluded.failed, bytes = bytes + excluded.bytes`;
const FORGET = `delete from cuts where stream = ? and cut <= ? and state = 'stored'`;
const NEWEST = `select * from cuts where stream = ? and state = 'stored' order by cut desc limit 1`;
const PLANNED = `select * from cuts where stream = ? and state = 'planned' order by cut`;

/**
 * Opens the journal, one file for all streams. A plan is flushed beside the thread: on a busy disk that takes 40 to 70 ms,
 * in which the next cut is read and encoded.
 */
export function openCutJournal(path: string): CutJournal & PoisonJournal {
  const db = openSqlite(path, { schema: SCHEMA, version: VERSION });
  return new SqliteJournal(db, path === IN_MEMORY ? undefined : new WalFlusher(path));
}

/** A stream's records that are poison to a definition, whoever has the journal open beside. */
export function readPoisoned(
  path: string,
  { hash, stream }: { readonly hash: string; readonly stream: string },
): readonly PoisonedRecord[] {
  const db = openSqlite(path, { schema: SCHEMA, version: VERSION });
  try {
    return db.prepare(POISONED).all(hash, stream) as unknown as PoisonedRecord[];
  } finally {
    db.close();
  }
}

/** The journal in an open database in memory, which it closes. */
export function toCutJournal(db: DatabaseSync): CutJournal {
  db.exec(SCHEMA);
  return new SqliteJournal(db, undefined);
}

const IN_MEMORY = ":memory:";
const POISON = "insert or ignore into poison values (?, ?, ?, ?, ?)";
const POISONED = `select stream, shard, sequence, says from poison where plan = ? and stream = ?
  order by shard, sequence`;

const TOTALS = "select * from totals where stream = ?";

class SqliteJournal implements CutJournal, PoisonJournal {
  readonly #db: DatabaseSync;
  readonly #statements: Record<"plan" | "mark" | "count" | "forget", StatementSync>;
  readonly #flusher: WalFlusher | undefined;
  /** A flush failed: what the log's pages hold in memory need not be what the disk has, whatever a later flush says. */
  #doubtful = false;

  constructor(db: DatabaseSync, flusher: WalFlusher | undefined) {
    this.#db = db;
    this.#flusher = flusher;
    // Of a power cut a commit is safe only once the log is flushed, which `plan` waits for; marks need not.
    db.exec("pragma synchronous = normal");
    const [plan, mark] = [db.prepare(PLAN), db.prepare(MARK)];
    this.#statements = { plan, mark, count: db.prepare(COUNT), forget: db.prepare(FORGET) };
  }

  async resume(stream: string): Promise<Resumed> {
    const stored = this.#db.prepare(NEWEST).get(stream) as CutRow | undefined;
    const planned = this.#db.prepare(PLANNED).all(stream) as unknown as CutRow[];
    const totals = this.#db.prepare(TOTALS).get(stream);
    if (planned.length > 0) {
      // Who wrote it may have been killed before it was on disk; what is announced by it would outlive a power cut, and
      // the plan would not.
      await this.#flush();
    }
    return {
      stored: stored?.cut ?? 0,
      storedTo: stored && toPlace(stored.to_position, stored.to_index),
      planned: planned.map(toPlanned),
      totals: (totals as Totals | undefined) ?? NO_TOTALS,
    };
  }

  poison(planHash: string, { stream, shard, sequence, says }: PoisonedRecord): void {
    this.#db.prepare(POISON).run(planHash, stream, shard, sequence, says);
  }

  async plan({ from, to, objectName, failedName, manifest }: PlannedCut): Promise<void> {
    const places = [from.position, from.index, to.position, to.index] as const;
    const text = JSON.stringify(manifest);
    const { stream, cut } = manifest;
    this.#statements.plan.run(stream, cut, ...places, objectName, failedName, text);
    await this.#flush();
  }

  async #flush(): Promise<void> {
    if (this.#doubtful) {
      this.#moveOver();
    }
    try {
      await this.#flusher?.flush();
    } catch (thrown) {
      this.#doubtful = true;
      throw thrown;
    }
  }

  /** Everything from the doubtful log into the database's own file, which is flushed by itself. */
  #moveOver(): void {
    const moved = this.#db.prepare("pragma wal_checkpoint(truncate)").get();
    if (moved?.["busy"] !== 0) {
      const cause = "delivery.sqlite is held by another process";
      throw new Fault("DELIVERY_FAILED", { cut: 0, stream: "", cause });
    }
    this.#doubtful = false;
  }

  markStored({ manifest }: PlannedCut): void {
    const { stream, cut } = manifest;
    const { records, dropped, failed, bytes } = countOf(manifest);
    // Not worth a wait for the disk: the next plan brings it there too, and a mark that a power cut takes away is made
    // again from what the lake holds.
    const { mark, count, forget } = this.#statements;
    inTransaction(this.#db, () => {
      const { changes } = mark.run(stream, cut);
      if (changes === 1) {
        count.run(stream, records, dropped, failed, bytes);
      }
      forget.run(stream, cut - CUTS_KEPT);
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // Its own handle first: the database removes the log when it is closed.
    await this.#flusher?.[Symbol.asyncDispose]();
    this.#db.close();
  }
}

export const NO_TOTALS: Totals = { cuts: 0, records: 0, dropped: 0, failed: 0, bytes: 0 };

/** What one cut adds to the totals. */
export function countOf(manifest: Manifest): Totals {
  const { object, failed } = manifest;
  return {
    cuts: 1,
    records: manifest.records,
    dropped: manifest.dropped.reduce((sum, { first, last }) => sum + last - first + 1, 0),
    failed: failed?.records ?? 0,
    bytes: (object?.bytes ?? 0) + (failed?.bytes ?? 0),
  };
}

interface CutRow {
  readonly cut: number;
  readonly from_position: string;
  readonly from_index: number;
  readonly to_position: string;
  readonly to_index: number;
  readonly object_name: string;
  readonly failed_name: string;
  readonly manifest: string;
}

/** Our own rows, written by `plan` alone: what is in them was proved before. */
function toPlanned(row: CutRow): PlannedCut {
  return {
    from: toPlace(row.from_position, row.from_index),
    to: toPlace(row.to_position, row.to_index),
    objectName: row.object_name as ObjectName,
    failedName: row.failed_name as ObjectName,
    manifest: JSON.parse(row.manifest) as Manifest,
  };
}

function toPlace(position: string, index: number): Place {
  return { position: position as Position, index };
}
