/** One owner at a time, one pipeline for ever. */

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openDataFolder, readEndpoint, readOwner } from "./data-folder.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "millrace-data-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test("a second owner is refused and told who has it", () => {
  using first = openDataFolder(folder, "demo");
  first.announce("http://127.0.0.1:1", "/x/pipeline.ts");
  expect(() => openDataFolder(folder, "demo")).toThrow(
    expect.objectContaining({ code: "DATA_LOCKED", facts: { path: folder, pid: process.pid } }),
  );
});

test("the folder is free again when its owner is gone", () => {
  openDataFolder(folder, "demo")[Symbol.dispose]();
  using again = openDataFolder(folder, "demo");
  expect(again.paths.root).toBe(folder);
  expect(readEndpoint(folder)).toBeUndefined();
});

test("another pipeline's folder is refused", () => {
  openDataFolder(folder, "demo")[Symbol.dispose]();
  expect(() => openDataFolder(folder, "other")).toThrow(
    expect.objectContaining({ code: "DATA_FOREIGN" }),
  );
});

test("the address is told to other commands", () => {
  using data = openDataFolder(folder, "demo");
  data.announce("http://127.0.0.1:8123", "/x/pipeline.ts");
  expect(readEndpoint(folder)).toEqual({ url: "http://127.0.0.1:8123", pid: process.pid });
});

test("a folder that nobody owns tells whose it is, and one that is none says so", () => {
  const data = openDataFolder(folder, "demo");
  data.announce("http://127.0.0.1:8123", "/x/pipeline.ts");
  expect(() => readOwner(folder)).toThrow(expect.objectContaining({ code: "DATA_LOCKED" }));
  data[Symbol.dispose]();
  expect(readOwner(folder)).toEqual({ pipeline: "demo", file: "/x/pipeline.ts" });
  expect(() => readOwner(join(folder, "none"))).toThrow(
    expect.objectContaining({ code: "DATA_MISSING" }),
  );
});

test("a path that is left empty is not the folder one stands in", () => {
  expect(() => openDataFolder("", "demo")).toThrow(
    expect.objectContaining({ code: "DATA_UNWRITABLE" }),
  );
});

test("what is no folder, or cannot be one, is told with its path", () => {
  const file = join(folder, "file");
  writeFileSync(file, "");
  // Below /proc nothing can be made, which the system tells as if the folder above were missing.
  const nowhere = process.platform === "linux" ? ["/proc/millrace/data"] : [];
  for (const path of [file, join(file, "below"), join(folder, "n".repeat(300)), ...nowhere]) {
    expect(() => openDataFolder(path, "demo")).toThrow(
      expect.objectContaining({
        code: "DATA_UNWRITABLE",
        facts: expect.objectContaining({ path }),
      }),
    );
  }
});
