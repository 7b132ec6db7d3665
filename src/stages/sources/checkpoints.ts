/** Where each source goes on after a restart, in SQLite: durable before the next batch is asked for. */

import type { DatabaseSync, StatementSync } from "node:sqlite";
import { causeOf, Fault } from "../../base/faults.ts";
import { DATA_VERSIONS } from "../../base/data-versions.ts";
import { inTransaction, openSqlite } from "../../base/sqlite.ts";

/** How far a source is. */
export interface Progress {
  /** Undefined before the first durable batch. */
  readonly checkpoint: string | undefined;
  /** Records it has brought, over all lives. */
  readonly records: number;
}

export interface Checkpoints extends Disposable {
  read(source: string): Progress;
  /** On disk when it returns. Throws SOURCE_CHECKPOINT_FAILED; what was there before then still holds. */
  save(source: string, progress: Progress, facts?: readonly Fact[]): void;
  /** What the source has noted under a name; undefined when it has not. */
  fact(source: string, name: string): string | undefined;
}

/** A note of a source about one thing it reads, a file for instance; kept until it is written over. */
export interface Fact {
  readonly name: string;
  readonly text: string;
}

/** The data folder has one owner, so nobody else holds the file for long; waiting would stop the whole process. */
const BUSY_MS = 250;

const SCHEMA = `create table if not exists sources(
  name text primary key, checkpoint text, records integer not null
) strict, without rowid;
create table if not exists source_facts(
  source text, name text, fact text not null, primary key (source, name)
) strict, without rowid`;

const READ = "select checkpoint, records from sources where name = ?";
const SAVE = "insert or replace into sources values (?, ?, ?)";
const READ_FACT = "select fact from source_facts where source = ? and name = ?";
const SAVE_FACT = "insert or replace into source_facts values (?, ?, ?)";

/** Opens the file, making it when it is missing. A save is one commit with an fsync: about 2 ms here. */
export function openCheckpoints(path: string): Checkpoints {
  const db = openSqlite(path, {
    schema: SCHEMA,
    version: DATA_VERSIONS["sources.sqlite"],
    busyMs: BUSY_MS,
  });
  return new SqliteCheckpoints(db);
}

class SqliteCheckpoints implements Checkpoints {
  readonly #db: DatabaseSync;
  readonly #read: StatementSync;
  readonly #save: StatementSync;
  readonly #readFact: StatementSync;
  readonly #saveFact: StatementSync;

  constructor(db: DatabaseSync) {
    this.#db = db;
    this.#read = db.prepare(READ);
    this.#save = db.prepare(SAVE);
    this.#readFact = db.prepare(READ_FACT);
    this.#saveFact = db.prepare(SAVE_FACT);
  }

  read(source: string): Progress {
    const row = this.#read.get(source) as Row | undefined;
    return { checkpoint: row?.checkpoint ?? undefined, records: row?.records ?? 0 };
  }

  fact(source: string, name: string): string | undefined {
    const row = this.#readFact.get(source, name) as { readonly fact: string } | undefined;
    return row?.fact;
  }

  save(source: string, { checkpoint, records }: Progress, facts: readonly Fact[] = []): void {
    try {
      inTransaction(this.#db, () => {
        this.#save.run(source, checkpoint ?? null, records);
        for (const { name, text } of facts) {
          this.#saveFact.run(source, name, text);
        }
      });
    } catch (thrown) {
      throw new Fault("SOURCE_CHECKPOINT_FAILED", { source, cause: causeOf(thrown) }, thrown);
    }
  }

  [Symbol.dispose](): void {
    this.#db.close();
  }
}

/** Our own row, written by `save` alone. */
interface Row {
  readonly checkpoint: string | null;
  readonly records: number;
}
