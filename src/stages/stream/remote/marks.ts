/** How far this machine's logs are with what was taken from Kinesis, in SQLite, so that a restart doubles nothing. */

import { DATA_VERSIONS } from "../../../base/data-versions.ts";
import { inTransaction, openSqlite } from "../../../base/sqlite.ts";
import type { Position } from "../../../seams/consume.ts";
import { openTakenTables, type TakenBatch, type TakenTables } from "./taken/taken-tables.ts";

/** Where the two logs that take a stream's events ended at a mark. */
export interface LogEnds {
  readonly events: Position;
  readonly letters: Position;
}

export interface Mark {
  readonly shard: string;
  readonly to: string;
  readonly ends: LogEnds;
  /** What the books are told of it; left out where it is not all of one batch. */
  readonly taken?: TakenBatch;
}

export interface Marks extends Disposable, Omit<TakenTables, "note"> {
  /** Everything claimed of the shard up to here is in the logs; undefined before the first. */
  read(stream: string, shard: string): string | undefined;
  /** What lies behind these ends may not be marked yet; undefined before the first mark. */
  ends(stream: string): LogEnds | undefined;
  /** Durable when it returns. */
  write(stream: string, mark: Mark): void;
  /** The first ends of a stream, before anything is taken. */
  begin(stream: string, ends: LogEnds): void;
}

const SCHEMA = `
  create table if not exists marks(stream text not null, shard text not null, sequence text not null,
    primary key (stream, shard)) strict, without rowid;
  create table if not exists ends(stream text primary key, events text not null, letters text not null)
    strict, without rowid;
`;
const MARK = "insert or replace into marks values (?, ?, ?)";
const END = "insert or replace into ends values (?, ?, ?)";

export function openMarks(path: string): Marks {
  const database = openSqlite(path, { schema: SCHEMA, version: DATA_VERSIONS["kinesis.sqlite"] });
  const tables = openTakenTables(database);
  const mark = database.prepare(MARK);
  const end = database.prepare(END);
  const readMark = database.prepare("select sequence from marks where stream = ? and shard = ?");
  const readEnds = database.prepare("select events, letters from ends where stream = ?");
  const begin: Marks["begin"] = (stream, { events, letters }) =>
    void end.run(stream, events, letters);
  return {
    ...tables,
    read: (stream, shard) => readMark.get(stream, shard)?.["sequence"] as string | undefined,
    ends: (stream) => readEnds.get(stream) as unknown as LogEnds | undefined, // Its two columns.
    begin,
    write(stream, { shard, to, ends, taken }) {
      inTransaction(database, () => {
        mark.run(stream, shard, to);
        begin(stream, ends);
        if (taken !== undefined) {
          tables.note(stream, taken);
        }
      });
    },
    [Symbol.dispose]: () => database.close(),
  };
}
