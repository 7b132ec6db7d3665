/** How many bytes each part of a data folder has on disk, and how much room its volume has. */

import { readdir, stat, statfs } from "node:fs/promises";
import { join } from "node:path";
import type { Instant } from "../../base/clock.ts";
import type { DiskPart, DiskUse } from "../../seams/status.ts";

/** Which part a path below the data folder belongs to: the first that fits. Each has its owner in docs/concepts/retention.md. */
export const PARTS: readonly (readonly [part: string, path: RegExp])[] = [
  ["stream", /^stream\//],
  ["lake temporary", /^lake\/\.tmp\//],
  ["manifests", /^lake\/(?:_manifests|_forgotten)\//],
  ["packs", /^lake\/(?:compacted|_packs|_packed)\//],
  ["objects", /^lake\//],
  ["fetched", /^fetched\//],
  ["delivery journal", /^(?:delivery\.sqlite|transform-trail)/],
  ["warehouse spill", /^warehouse\.duckdb\.tmp\//],
  ["warehouse before", /^warehouse(?:\.duckdb\.before|\.rebuild)/],
  ["warehouse", /^warehouse\.duckdb/],
  ["kinesis", /^kinesis(?:\.sqlite|\/)/],
  ["delivery streams", /^firehose\//],
  ["keys", /^key(?:s|s-seal|-usage)\.json/],
  ["sources", /^sources\.sqlite/],
  ["other", /^/],
];

/** Files looked at together; more would crowd the log's writes out of the pool of threads. */
const STATS_AT_ONCE = 16;

/** Reads names and sizes, no file. What vanishes meanwhile is not counted. */
export async function readDiskUse(root: string, at: Instant): Promise<DiskUse> {
  const sums = new Map<string, { bytes: number; files: number }>();
  await walk(root, "", (path, bytes) => {
    const part = PARTS.find(([, fits]) => fits.test(path))?.[0] ?? "other";
    const sum = sums.get(part) ?? { bytes: 0, files: 0 };
    sums.set(part, { bytes: sum.bytes + bytes, files: sum.files + 1 });
  });
  const { bavail, blocks, bsize } = await statfs(root);
  const parts = PARTS.flatMap(([name]): DiskPart[] => {
    const sum = sums.get(name);
    return sum === undefined ? [] : [{ name, ...sum }];
  });
  return { at, parts, freeBytes: bavail * bsize, volumeBytes: blocks * bsize };
}

async function walk(
  root: string,
  below: string,
  seen: (path: string, bytes: number) => void,
): Promise<void> {
  const entries = await readdir(join(root, below), { withFileTypes: true }).catch(() => []);
  const files = entries.filter((entry) => entry.isFile()).map(({ name }) => `${below}${name}`);
  for (let at = 0; at < files.length; at += STATS_AT_ONCE) {
    const some = files.slice(at, at + STATS_AT_ONCE);
    const sizes = await Promise.all(some.map((path) => sizeOf(join(root, path))));
    some.forEach((path, index) => {
      const size = sizes[index];
      if (size !== undefined) {
        seen(path, size);
      }
    });
  }
  for (const entry of entries.filter((one) => one.isDirectory())) {
    await walk(root, `${below}${entry.name}/`, seen);
  }
}

/** What the file takes of the disk, in whole blocks: a thousand small files take more than their bytes. */
async function sizeOf(path: string): Promise<number | undefined> {
  try {
    return (await stat(path)).blocks * 512;
  } catch {
    return undefined;
  }
}
