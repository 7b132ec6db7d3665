/** Opens a stage's own small database: whole, of a version we know, and durable; or says which file is wrong. */

import { closeSync, existsSync, openSync, readSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { causeOf, Fault } from "./faults.ts";

export interface SqliteOptions {
  /** Statements that make what is missing. */
  readonly schema: string;
  /** Of the schema: one more with each change that an older engine could not read. */
  readonly version: number;
  readonly busyMs?: number;
}

/** The data folder has one owner, so that nobody else holds the file for long. */
const BUSY_MS = 5000;
const NOT_ITS_FORMAT = /not a database|malformed|corrupt|unsupported file format/i;

/** Every transaction is on disk when it ends. Throws DATA_DAMAGED, DATA_NEWER. */
export function openSqlite(path: string, options: SqliteOptions): DatabaseSync {
  const { busyMs = BUSY_MS } = options;
  const database = new DatabaseSync(path, { timeout: busyMs });
  try {
    prepare(database, path, options);
    return database;
  } catch (thrown) {
    database.close();
    throw toDamage(path, thrown);
  }
}

/** DATA_DAMAGED where the engine says that the file is none of its own; else what was thrown. */
export function toDamage(path: string, thrown: unknown): unknown {
  const cause = causeOf(thrown);
  const damaged = !(thrown instanceof Fault) && NOT_ITS_FORMAT.test(cause) && existsSync(path);
  return damaged ? new Fault("DATA_DAMAGED", { path, cause }, thrown) : thrown;
}

/** Of a database's file: what it begins with, and where its `user_version` is, big endian (sqlite.org/fileformat.html, 1.3). */
const MAGIC = "SQLite format 3\0";
const VERSION_AT = 60;

/** Throws DATA_NEWER for a file of a later version, before anything of its folder is opened, and leaves it as it is. */
export function refuseNewer(path: string, known: number): void {
  if (!existsSync(path)) {
    return;
  }
  const head = Buffer.alloc(VERSION_AT + 4);
  const file = openSync(path, "r");
  try {
    readSync(file, head, 0, head.length, 0);
  } finally {
    closeSync(file);
  }
  const found = head.readUInt32BE(VERSION_AT);
  // What is no database at all is told as damaged when it is opened.
  if (head.toString("latin1", 0, MAGIC.length) === MAGIC && found > known) {
    throw new Fault("DATA_NEWER", { path, found, known });
  }
}

function prepare(database: DatabaseSync, path: string, { schema, version }: SqliteOptions): void {
  database.exec("pragma journal_mode = wal; pragma synchronous = full;");
  const found = Number(database.prepare("pragma user_version").get()?.["user_version"] ?? 0);
  if (found > version) {
    throw new Fault("DATA_NEWER", { path, found, known: version });
  }
  // They are small: looking them through takes a millisecond or two at a start.
  const looked = String(database.prepare("pragma quick_check(1)").get()?.["quick_check"]);
  if (looked !== "ok") {
    throw new Fault("DATA_DAMAGED", { path, cause: looked });
  }
  database.exec(schema);
  if (found < version) {
    // Out of the write-ahead log at once: `refuseNewer` looks at the database's own file.
    database.exec(`pragma user_version = ${version}; pragma wal_checkpoint(truncate)`);
  }
}

/** All that `work` writes, or nothing: what it threw comes out, whatever became of the transaction. */
export function inTransaction(database: DatabaseSync, work: () => void): void {
  try {
    database.exec("begin immediate");
    work();
    database.exec("commit");
  } catch (thrown) {
    // On a full or failing disk the engine may have rolled back by itself (sqlite.org/lang_transaction.html).
    if (database.isTransaction) {
      database.exec("rollback");
    }
    throw thrown;
  }
}
