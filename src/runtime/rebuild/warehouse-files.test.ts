/** Whatever moment a swap is cut off at, the folder ends with one whole warehouse: the old one or the new one. */

import {
  existsSync,
  linkSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import {
  removeBefore,
  settleFiles,
  swapIn,
  warehouseFiles,
  type WarehouseFiles,
} from "./warehouse-files.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "millrace-swap-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function filesWith(
  names: Partial<Record<"live" | "rebuilt" | "wal" | "decided", string>>,
): WarehouseFiles {
  const files = warehouseFiles(join(folder, "warehouse.duckdb"));
  const paths = { ...files, wal: `${files.live}.wal` };
  for (const [name, text] of Object.entries(names)) {
    writeFileSync(paths[name as keyof typeof paths], text);
  }
  return files;
}

const text = (path: string): string => readFileSync(path, "utf8");

test("the new file takes the place and the old one is kept with its log", () => {
  const files = filesWith({ live: "old", wal: "old log", rebuilt: "new" });
  swapIn(files);
  expect(text(files.live)).toBe("new");
  expect(text(files.before)).toBe("old");
  expect(text(`${files.before}.wal`)).toBe("old log");
  expect(readdirSync(folder).toSorted()).toEqual([
    "warehouse.duckdb",
    "warehouse.duckdb.before",
    "warehouse.duckdb.before.wal",
  ]);
  removeBefore(files);
  expect(readdirSync(folder)).toEqual(["warehouse.duckdb"]);
});

test("a rebuild that was killed before its decision leaves the old file alone", () => {
  const files = filesWith({ live: "old", wal: "old log", rebuilt: "half" });
  writeFileSync(`${files.rebuilt}.wal`, "half");
  settleFiles(files);
  expect(text(files.live)).toBe("old");
  expect(readdirSync(folder).toSorted()).toEqual(["warehouse.duckdb", "warehouse.duckdb.wal"]);
});

/** The steps of a swap after its decision; a crash may fall behind any of them. */
const STEPS: readonly ((files: WarehouseFiles) => void)[] = [
  ({ live, before }) => linkSync(live, before),
  ({ live, before }) => renameSync(`${live}.wal`, `${before}.wal`),
  ({ live, rebuilt }) => renameSync(rebuilt, live),
];

test.each([0, 1, 2, 3])("a swap that was cut off after %i steps is ended later", (done) => {
  const files = filesWith({ live: "old", wal: "old log", rebuilt: "new", decided: "" });
  STEPS.slice(0, done).forEach((step) => step(files));
  settleFiles(files);
  expect(text(files.live)).toBe("new");
  expect(text(files.before)).toBe("old");
  expect(text(`${files.before}.wal`)).toBe("old log");
  expect(existsSync(files.decided) || existsSync(`${files.live}.wal`)).toBe(false);
});

test("a folder without a warehouse gets one", () => {
  const files = filesWith({ rebuilt: "new" });
  swapIn(files);
  expect(readdirSync(folder)).toEqual(["warehouse.duckdb"]);
});
