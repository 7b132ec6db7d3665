/** Real refusals of the system and of SQLite are told as the disk's; other errors are not. */

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, expect, it } from "vitest";
import { toDiskFault } from "./disk-fault.ts";
import { Fault } from "./faults.ts";

let folder = "";

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "millrace-disk-"));
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

function thrownBy(work: () => unknown): unknown {
  try {
    work();
  } catch (thrown) {
    return thrown;
  }
  return undefined;
}

it("knows a full disk by the system's word", () => {
  // Linux has a device that is always full.
  const fault = toDiskFault(thrownBy(() => writeFileSync("/dev/full", "x")));
  expect(fault?.code).toBe("DISK_REFUSES");
  expect(fault?.message).toContain("ENOSPC");
});

it("knows a full database and one that cannot be opened", () => {
  const path = join(folder, "a.sqlite");
  using database = new DatabaseSync(path);
  database.exec("pragma max_page_count = 2; create table t(x)");
  const full = thrownBy(() => database.exec("insert into t values (zeroblob(100000))"));
  expect(toDiskFault(full)?.message).toContain("full");
  const shut = thrownBy(() => new DatabaseSync(join(folder, "none", "a.sqlite")));
  expect(toDiskFault(shut)?.code).toBe("DISK_REFUSES");
});

it("leaves everything else alone", () => {
  const wrong = thrownBy(() => new DatabaseSync(":memory:").exec("selec 1"));
  const others = [wrong, new TypeError("x"), new Fault("DISK_LOW"), "ENOSPC", undefined];
  const missing = thrownBy(() => readFileSync(join(folder, "none")));
  expect([...others, missing].map(toDiskFault)).toEqual(Array(6).fill(undefined));
});
