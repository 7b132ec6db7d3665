/** The facts of all streams in one SQLite file: a change that was answered is on disk. */

import { DATA_VERSIONS } from "../../../../base/data-versions.ts";
import { openSqlite } from "../../../../base/sqlite.ts";
import type { StreamFacts } from "./facts.ts";

export interface FactsStore extends Disposable {
  all(): readonly StreamFacts[];
  save(facts: StreamFacts): void;
  remove(facts: StreamFacts): void;
  /** A number that no folder had before. */
  nextFolder(): number;
  /** Bytes that stay the same over restarts. */
  readonly secret: Buffer;
}

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS streams (name TEXT PRIMARY KEY, facts TEXT NOT NULL) STRICT;
  CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value ANY NOT NULL) STRICT;
  INSERT OR IGNORE INTO meta VALUES ('folder', 0);
`;

export function openFactsStore(path: string, random: (bytes: number) => Buffer): FactsStore {
  const database = openSqlite(path, { schema: SCHEMA, version: DATA_VERSIONS["kinesis.sqlite"] });
  database.prepare("INSERT OR IGNORE INTO meta VALUES ('secret', ?)").run(random(16));
  const read = database.prepare("SELECT facts FROM streams ORDER BY name");
  const write = database.prepare("INSERT OR REPLACE INTO streams VALUES (?, ?)");
  const drop = database.prepare("DELETE FROM streams WHERE name = ?");
  const count = database.prepare(
    "UPDATE meta SET value = value + 1 WHERE name = 'folder' RETURNING value",
  );
  const secret = database.prepare("SELECT value FROM meta WHERE name = 'secret'").get();
  return {
    // Written by `save` alone, and only ever whole.
    all: () => read.all().map(({ facts }) => JSON.parse(String(facts)) as StreamFacts),
    save: (facts) => void write.run(keyOf(facts), JSON.stringify(facts)),
    remove: (facts) => void drop.run(keyOf(facts)),
    nextFolder: () => Number(count.get()?.["value"]),
    secret: Buffer.from(secret?.["value"] as Uint8Array), // The column holds what was put in above.
    [Symbol.dispose]: () => database.close(),
  };
}

/** A definition may take the name of a stream made over the wire: neither may lose what is kept of it. */
function keyOf({ name, folder }: StreamFacts): string {
  return folder === undefined ? `pipeline:${name}` : name;
}
