/** The cuts of delivery streams, written down before their objects are stored: what a restart repeats. */

import { DATA_VERSIONS } from "../../../../base/data-versions.ts";
import { inTransaction, openSqlite } from "../../../../base/sqlite.ts";
import type { ObjectName } from "../../../../base/object-name.ts";
import type { Position } from "../../../../seams/consume.ts";
import type { Place } from "../../journal.ts";
import { openSpool, type Spool, SPOOL_SCHEMA } from "../partition/spool.ts";

export interface PlannedObject {
  readonly name: ObjectName;
  readonly sha256: string;
}

export interface PlannedObjects {
  readonly from: Place;
  readonly to: Place;
  readonly objects: readonly PlannedObject[];
}

export interface ObjectJournal extends Disposable {
  /** What waits of delivery streams with dynamic partitions. */
  readonly spool: Spool;
  /** Where the newest finished cut of a delivery stream ends; undefined before the first. */
  finishedTo(stream: string): Place | undefined;
  /** The cut that was planned and is not known to be stored. */
  planned(stream: string): PlannedObjects | undefined;
  /** Durable when it returns; replaces what was planned. */
  plan(stream: string, cut: PlannedObjects): void;
  /** The cut is not made after all. */
  unplan(stream: string): void;
  /** Everything before `to` is delivered. */
  finish(stream: string, to: Place): void;
  forget(stream: string): void;
}

const SCHEMA = `
  create table if not exists cuts(stream text primary key, cut text not null) strict, without rowid;
  create table if not exists finished(
    stream text primary key, position text not null, place integer not null
  ) strict, without rowid;
`;

export function openObjectJournal(path: string): ObjectJournal {
  const version = DATA_VERSIONS["firehose/cuts.sqlite"];
  const db = openSqlite(path, { schema: SCHEMA + SPOOL_SCHEMA, version });
  const spool = openSpool(db);
  return {
    spool,
    finishedTo(stream) {
      const row = db.prepare("select position, place from finished where stream = ?").get(stream);
      return row && { position: String(row["position"]) as Position, index: Number(row["place"]) };
    },
    planned(stream) {
      const row = db.prepare("select cut from cuts where stream = ?").get(stream);
      // Our own rows, written by `plan` alone.
      return row && (JSON.parse(String(row["cut"])) as PlannedObjects);
    },
    plan(stream, cut) {
      db.prepare("insert or replace into cuts values (?, ?)").run(stream, JSON.stringify(cut));
    },
    unplan(stream) {
      db.prepare("delete from cuts where stream = ?").run(stream);
    },
    finish(stream, { position, index }) {
      inTransaction(db, () => {
        db.prepare("delete from cuts where stream = ?").run(stream);
        db.prepare("insert or replace into finished values (?, ?, ?)").run(stream, position, index);
      });
    },
    forget(stream) {
      spool.forget(stream);
      db.prepare("delete from cuts where stream = ?").run(stream);
      db.prepare("delete from finished where stream = ?").run(stream);
    },
    [Symbol.dispose]: () => db.close(),
  };
}
