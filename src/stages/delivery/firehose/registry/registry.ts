/** The delivery streams there are, on disk before anybody is told of a change. */

import { DATA_VERSIONS } from "../../../../base/data-versions.ts";
import { openSqlite } from "../../../../base/sqlite.ts";
import type { Entry, Tag } from "./entry.ts";

export interface Registry extends Disposable {
  all(): readonly Entry[];
  find(name: string): Entry | undefined;
  /** Durable when it returns. */
  keep(entry: Entry): void;
  forget(name: string): void;
  /** Tags of the delivery streams that the pipeline defines. */
  ownTags(name: string): readonly Tag[];
  keepOwnTags(name: string, tags: readonly Tag[]): void;
}

const SCHEMA = `
  create table if not exists streams(name text primary key, entry text not null) strict, without rowid;
  create table if not exists own_tags(name text primary key, tags text not null) strict, without rowid;
`;

export function openRegistry(path: string): Registry {
  const db = openSqlite(path, {
    schema: SCHEMA,
    version: DATA_VERSIONS["firehose/streams.sqlite"],
  });
  const rows = db.prepare("select entry from streams order by name").all();
  // Our own rows, written by `keep` alone.
  const entries = new Map(
    rows.map((row) => {
      const entry = JSON.parse(String(row["entry"])) as Entry;
      return [entry.name, entry] as const;
    }),
  );
  return {
    all: () => [...entries.values()],
    find: (name) => entries.get(name),
    keep(entry) {
      const text = JSON.stringify(entry);
      db.prepare("insert or replace into streams values (?, ?)").run(entry.name, text);
      entries.set(entry.name, entry);
    },
    forget(name) {
      db.prepare("delete from streams where name = ?").run(name);
      entries.delete(name);
    },
    ownTags(name) {
      const row = db.prepare("select tags from own_tags where name = ?").get(name);
      return row === undefined ? [] : (JSON.parse(String(row["tags"])) as Tag[]);
    },
    keepOwnTags(name, tags) {
      db.prepare("insert or replace into own_tags values (?, ?)").run(name, JSON.stringify(tags));
    },
    [Symbol.dispose]: () => db.close(),
  };
}
