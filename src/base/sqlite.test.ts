/** Small databases: kept, of another version, and damaged. */

import {
  copyFileSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, expect, it } from "vitest";
import { inTransaction, openSqlite, refuseNewer } from "./sqlite.ts";

const options = {
  schema: "create table if not exists t(a integer primary key) strict",
  version: 2,
};
let path: string;

beforeEach(() => {
  path = join(mkdtempSync(join(tmpdir(), "millrace-sqlite-")), "kept.sqlite");
});

afterEach(() => {
  rmSync(join(path, ".."), { recursive: true, force: true });
});

function fill(version = 2): void {
  const database = openSqlite(path, { ...options, version });
  database.exec("begin");
  for (let a = 0; a < 2000; a += 1) {
    database.exec(`insert into t values (${a})`);
  }
  database.exec("commit");
  database.close();
}

it("keeps what was put in, and opens what an older engine made", () => {
  fill(1);
  const database = openSqlite(path, options);
  expect(database.prepare("select count(*) as n from t").get()).toEqual({ n: 2000 });
  expect(database.prepare("pragma user_version").get()).toEqual({ user_version: 2 });
  database.close();
});

it("opens a file from before versions were written down", () => {
  const database = openSqlite(path, { ...options, version: 0 });
  database.close();
  const again = openSqlite(path, options);
  expect(again.prepare("pragma user_version").get()).toEqual({ user_version: 2 });
  again.close();
});

it("refuses a file that a newer engine made, and leaves it as it is", () => {
  fill(3);
  const before = readFileSync(path);
  expect(() => openSqlite(path, options)).toThrow(
    expect.objectContaining({ code: "DATA_NEWER", facts: { path, found: 3, known: 2 } }),
  );
  expect(readFileSync(path).equals(before)).toBe(true);
});

it("tells the version of a file whose newer engine was killed", () => {
  const database = openSqlite(path, { ...options, version: 3 });
  const left = join(dirname(path), "left.sqlite");
  copyFileSync(path, left);
  database.close();
  expect(() => refuseNewer(left, 2)).toThrow(expect.objectContaining({ code: "DATA_NEWER" }));
});

it.each([
  ["garbage", () => writeFileSync(path, "no database at all ".repeat(300))],
  ["cut off", () => truncateSync(path, 9000)],
  ["overwritten in the middle", () => writeFileSync(path, damage(readFileSync(path)))],
])("names a file that is %s", (_how, harm) => {
  fill();
  harm();
  expect(() => openSqlite(path, options)).toThrow(
    expect.objectContaining({ code: "DATA_DAMAGED", message: expect.stringContaining(path) }),
  );
});

function damage(bytes: Buffer): Buffer {
  return bytes.fill(0x5a, 4096, 12_288);
}

it("a transaction that fails leaves nothing, and the way free for the next", () => {
  const database = new DatabaseSync(":memory:");
  database.exec("create table t(n integer primary key) strict");
  const add = (n: number): void => void database.prepare("insert into t values (?)").run(n);
  const bad = (end: () => void): (() => void) => {
    return () =>
      inTransaction(database, () => {
        add(1);
        end();
      });
  };
  expect(bad(() => add(1))).toThrow(/UNIQUE/);
  // As the engine does by itself when the disk is full.
  const rolledBack = (): void => {
    database.exec("rollback");
    throw new RangeError("the disk is full");
  };
  expect(bad(rolledBack)).toThrow("the disk is full");
  expect(bad(() => database.exec("commit"))).toThrow(/no transaction/);
  inTransaction(database, () => add(2));
  expect(database.prepare("select n from t").all()).toEqual([{ n: 1 }, { n: 2 }]);
});
