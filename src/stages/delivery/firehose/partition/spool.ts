/** Where processed records wait for their partition to be full or old, on disk in one transaction with how far was read. */

import type { DatabaseSync } from "node:sqlite";
import { inTransaction } from "../../../../base/sqlite.ts";
import type { Place } from "../../journal.ts";
import type { PlannedObject } from "../run/cut-journal.ts";
import type { SpoolRow, Waiting, WaitingKind } from "./waiting.ts";

/** Waiting objects that are being delivered, and the names that they are delivered under. */
export interface PlannedBatch {
  readonly ids: readonly number[];
  readonly objects: readonly PlannedObject[];
}

/** Each change is durable when its call returns. */
export interface Spool {
  /** Everything that waits, by age. */
  waiting(stream: string): readonly Waiting[];
  /** Keeps what was read up to `to`, so that it need not be read again. */
  take(stream: string, rows: readonly SpoolRow[], to: Place): void;
  /** What an object is to hold, record by record, in the order in which it was taken. */
  read(stream: string, object: number): readonly Buffer[];
  /** The batch that was planned and is not known to be stored. */
  planned(stream: string): PlannedBatch | undefined;
  plan(stream: string, batch: PlannedBatch): void;
  /** The batch is stored: it no longer waits. */
  finish(stream: string, ids: readonly number[]): void;
  forget(stream: string): void;
}

/** The blobs stand last, so that a sum over the rest does not read them. */
export const SPOOL_SCHEMA = `
  create table if not exists spool(
    id integer primary key, stream text not null, object integer not null, kind text not null, part text not null,
    oldest integer not null, records integer not null, bytes integer not null, ends blob not null, data blob not null
  ) strict;
  create index if not exists spool_objects on spool(stream, object);
  create table if not exists batches(stream text primary key, batch text not null) strict, without rowid;
`;

const WAITING = `
  select object, kind, part, min(oldest) oldest, sum(records) records, sum(bytes) bytes
  from spool where stream = ? group by object order by object`;
const ADD = `
  insert into spool(stream, object, kind, part, oldest, records, bytes, ends, data)
  values (?, ?, ?, ?, ?, ?, ?, ?, ?)`;

export function openSpool(db: DatabaseSync): Spool {
  return {
    waiting: (stream) =>
      db
        .prepare(WAITING)
        .all(stream)
        .map((row) => ({
          id: Number(row["object"]),
          kind: String(row["kind"]) as WaitingKind, // Our own rows, written by `take` alone.
          part: String(row["part"]),
          oldestAt: Number(row["oldest"]),
          records: Number(row["records"]),
          bytes: Number(row["bytes"]),
        })),
    take(stream, rows, { position, index }) {
      inTransaction(db, () => {
        const add = db.prepare(ADD);
        for (const { object, kind, part, oldestAt, data } of rows) {
          const ends = new Uint32Array(data.length);
          let bytes = 0;
          data.forEach((record, place) => {
            bytes += record.length;
            ends[place] = bytes;
          });
          const facts = [kind, part, oldestAt, data.length, bytes];
          add.run(stream, object, ...facts, new Uint8Array(ends.buffer), Buffer.concat(data));
        }
        db.prepare("insert or replace into finished values (?, ?, ?)").run(stream, position, index);
      });
    },
    read(stream, object) {
      const rows = db
        .prepare("select ends, data from spool where stream = ? and object = ? order by id")
        .all(stream, object);
      return rows.flatMap((row) => toRecords(row["ends"] as Uint8Array, row["data"] as Uint8Array));
    },
    planned(stream) {
      const row = db.prepare("select batch from batches where stream = ?").get(stream);
      // Our own rows, written by `plan` alone.
      return row && (JSON.parse(String(row["batch"])) as PlannedBatch);
    },
    plan(stream, batch) {
      db.prepare("insert or replace into batches values (?, ?)").run(stream, JSON.stringify(batch));
    },
    finish(stream, ids) {
      inTransaction(db, () => {
        const remove = db.prepare("delete from spool where stream = ? and object = ?");
        ids.forEach((id) => remove.run(stream, id));
        db.prepare("delete from batches where stream = ?").run(stream);
      });
    },
    forget(stream) {
      inTransaction(db, () => {
        db.prepare("delete from spool where stream = ?").run(stream);
        db.prepare("delete from batches where stream = ?").run(stream);
      });
    },
  };
}

function toRecords(endBytes: Uint8Array, data: Uint8Array): Buffer[] {
  // A copy: the engine's blob need not begin where a table of 32-bit numbers can.
  const ends = new Uint32Array(Uint8Array.from(endBytes).buffer);
  const whole = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  return Array.from(ends, (end, place) => whole.subarray(ends[place - 1] ?? 0, end));
}
