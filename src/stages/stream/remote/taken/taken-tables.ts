/** What was taken of each shard of Kinesis, in the file of the marks and in their transactions: the books read it. */

import type { DatabaseSync } from "node:sqlite";
import type { Position } from "../../../../seams/consume.ts";
import type { TakenRun } from "../../../../seams/taken.ts";
import type { LogEnds } from "../marks.ts";

/** How much of something there was: records of Kinesis, and the lines in them. */
export type TakenCounts = Pick<TakenRun, "records" | "events" | "letters">;

/** The batch of a shard that was taken last; the logs hold it behind these places. */
export interface NewestBatch {
  readonly shard: string;
  readonly from: string | undefined;
  readonly to: string;
  readonly records: number;
  readonly events: Position;
  readonly letters: Position;
}

export interface Lost {
  readonly shard: string;
  readonly from: string | undefined;
  readonly to: string;
}

/** What nobody can know of a stretch that was taken over from a lost process. */
export interface Doubt {
  readonly shard: string;
  readonly to: string;
  readonly about: "gone" | "doubled" | "cut";
  /** A sentence without its full stop. */
  readonly why: string;
}

export interface TakenBatch extends TakenCounts, Lost {
  /** Where the logs ended before it. */
  readonly before: LogEnds | undefined;
}

export interface TakenTables {
  /** Within the caller's transaction. */
  note(stream: string, batch: TakenBatch): void;
  /** A claim that Kinesis had forgotten before it was brought in. */
  lose(stream: string, lost: Lost): void;
  /** Written once for each stretch and matter. */
  doubt(stream: string, doubt: Doubt): void;
  doubts(stream: string): readonly string[];
  runs(stream: string): readonly TakenRun[];
  newest(stream: string): readonly NewestBatch[];
  lost(stream: string): readonly Lost[];
}

/** `since` is empty for the beginning of a shard. */
const SCHEMA = `
  create table if not exists taken(stream text not null, shard text not null, since text not null, upto text not null,
    records integer not null, events integer not null, letters integer not null,
    primary key (stream, shard, since)) strict, without rowid;
  create table if not exists newest(stream text not null, shard text not null, since text not null, upto text not null,
    records integer not null, events text not null, letters text not null,
    primary key (stream, shard)) strict, without rowid;
  create table if not exists lost(stream text not null, shard text not null, since text not null, upto text not null,
    primary key (stream, shard, upto)) strict, without rowid;
  create table if not exists doubts(stream text not null, shard text not null, upto text not null, about text not null,
    why text not null, primary key (stream, shard, upto, about)) strict, without rowid;
`;
const EXTEND = `update taken set upto = ?, records = records + ?, events = events + ?, letters = letters + ?
  where stream = ? and shard = ? and upto = ?`;

export function openTakenTables(database: DatabaseSync): TakenTables {
  database.exec(SCHEMA);
  const extend = database.prepare(EXTEND);
  const begin = database.prepare("insert or replace into taken values (?, ?, ?, ?, ?, ?, ?)");
  const newest = database.prepare("insert or replace into newest values (?, ?, ?, ?, ?, ?, ?)");
  const lose = database.prepare("insert or replace into lost values (?, ?, ?, ?)");
  const doubt = database.prepare("insert or replace into doubts values (?, ?, ?, ?, ?)");
  const rows = (table: string, stream: string): readonly Record<string, unknown>[] =>
    database.prepare(`select * from ${table} where stream = ? order by shard`).all(stream);
  return {
    note(stream, { shard, from = "", to, records, events, letters, before }) {
      if (records === 0) {
        return;
      }
      const { changes } = extend.run(to, records, events, letters, stream, shard, from);
      if (changes === 0) {
        begin.run(stream, shard, from, to, records, events, letters);
      }
      if (before !== undefined) {
        newest.run(stream, shard, from, to, records, before.events, before.letters);
      }
    },
    lose: (stream, { shard, from = "", to }) => void lose.run(stream, shard, from, to),
    doubt: (stream, { shard, to, about, why }) => void doubt.run(stream, shard, to, about, why),
    doubts: (stream) => rows("doubts", stream).map((row) => String(row["why"])),
    runs: (stream) =>
      rows("taken", stream).map((row) => ({
        ...toStretch(row),
        events: Number(row["events"]),
        letters: Number(row["letters"]),
        records: Number(row["records"]),
      })),
    newest: (stream) =>
      rows("newest", stream).map((row) => ({
        ...toStretch(row),
        records: Number(row["records"]),
        // As `note` wrote them.
        events: row["events"] as Position,
        letters: row["letters"] as Position,
      })),
    lost: (stream) => rows("lost", stream).map(toStretch),
  };
}

function toStretch(row: Readonly<Record<string, unknown>>): Lost {
  const since = String(row["since"]);
  return {
    shard: String(row["shard"]),
    from: since === "" ? undefined : since,
    to: String(row["upto"]),
  };
}
