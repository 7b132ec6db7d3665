/** What a flush beside the thread covers, over a real database. */

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, expect, it } from "vitest";
import { openSqlite } from "./sqlite.ts";
import { WalFlusher } from "./wal-flusher.ts";

let folder: string;
let path: string;
let db: DatabaseSync;
let flusher: WalFlusher;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "millrace-flush-"));
  path = join(folder, "some.sqlite");
  db = openSqlite(path, { schema: "create table if not exists t(n integer)", version: 1 });
  db.exec("pragma synchronous = normal");
  flusher = new WalFlusher(path);
});

afterEach(async () => {
  await flusher[Symbol.asyncDispose]();
  if (db.isOpen) {
    db.close();
  }
  await rm(folder, { recursive: true, force: true });
});

it("flushes again and again, many callers at a time, and lets the database go on", async () => {
  for (let round = 0; round < 5; round += 1) {
    const flushes = Array.from({ length: 10 }, (_none, n) => {
      db.prepare("insert into t values (?)").run(n);
      return flusher.flush();
    });
    await Promise.all(flushes);
  }
  expect(db.prepare("select count(*) as n from t").get()).toEqual({ n: 50 });
  expect(db.prepare("pragma wal_checkpoint(truncate)").get()).toMatchObject({ busy: 0 });
  db.prepare("insert into t values (1)").run();
  await flusher.flush();
});

it("takes no lock away from the database when it is closed", async () => {
  db.exec("begin immediate");
  db.prepare("insert into t values (1)").run();
  await flusher.flush();
  await flusher[Symbol.asyncDispose]();
  const other = new DatabaseSync(path, { timeout: 10 });
  expect(() => other.exec("begin immediate")).toThrow("locked");
  db.exec("commit");
  other.exec("begin immediate; commit");
  other.close();
});

it("says so when there is no log to flush, and finds it once there is one", async () => {
  const elsewhere = join(folder, "later.sqlite");
  await using late = new WalFlusher(elsewhere);
  await expect(late.flush()).rejects.toThrow("ENOENT");
  using opened = openSqlite(elsewhere, { schema: "create table t(n)", version: 1 });
  opened.exec("insert into t values (1)");
  await late.flush();
});
