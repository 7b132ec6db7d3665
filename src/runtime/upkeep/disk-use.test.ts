/** Every file of a data folder is counted in one part, by the blocks it takes. */

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { toInstant } from "../../base/clock.ts";
import { readDiskUse } from "./disk-use.ts";

const FILES = {
  stream: "stream/prices/000000000000.log",
  "lake temporary": "lake/.tmp/1",
  manifests: "lake/_manifests/prices/000000000001.json",
  packs: "lake/compacted/prices/1.csv",
  objects: "lake/prices/a/1.csv",
  fetched: "fetched/1",
  "delivery journal": "delivery.sqlite-wal",
  "warehouse spill": "warehouse.duckdb.tmp/x",
  "warehouse before": "warehouse.duckdb.before",
  warehouse: "warehouse.duckdb",
  kinesis: "kinesis/mine/000000000001.segment",
  "delivery streams": "firehose/streams.sqlite",
  keys: "keys-seal.json",
  sources: "sources.sqlite",
  other: "endpoint.json",
};

test("each part has its bytes and files, and the volume its room", async () => {
  const root = mkdtempSync(join(tmpdir(), "millrace-disk-"));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  for (const path of Object.values(FILES)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), Buffer.alloc(10_000, 1));
  }
  const { at, parts, freeBytes, volumeBytes } = await readDiskUse(root, toInstant(7));
  expect(at).toBe(7);
  expect(parts.map(({ name, files }) => [name, files])).toEqual(
    Object.keys(FILES).map((name) => [name, 1]),
  );
  expect(parts.every(({ bytes }) => bytes >= 10_000 && bytes < 100_000)).toBe(true);
  expect(freeBytes).toBeGreaterThan(0);
  expect(volumeBytes).toBeGreaterThanOrEqual(freeBytes);
});

test("a folder that is not there yet has no parts", async () => {
  const root = mkdtempSync(join(tmpdir(), "millrace-disk-"));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  expect((await readDiskUse(root, toInstant(0))).parts).toEqual([]);
});
