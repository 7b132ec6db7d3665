/** For tests: manifests of many cuts of a stream, what a lake says of them, and folds small enough to make many. */

import { toInstant } from "../../../base/clock.ts";
import type { ObjectName } from "../../../base/object-name.ts";
import type { Announcements, Manifest } from "../../../seams/announce.ts";
import type { ObjectStore } from "../../../seams/store.ts";
import type { FoldLimits } from "./fold.ts";

export const STREAM = "prices";
export const SMALL: FoldLimits = { run: 20, kept: 5 };

export function manifestOf(cut: number, stream = STREAM): Manifest {
  const at = toInstant(1_700_000_000_000 + cut * 60_000);
  // Hashes do not pack; as long as real ones they tell what a fold takes.
  const sha256 = Array.from({ length: 4 }, (_none, part) =>
    (((cut * 7919 + part * 104_729) * 2_654_435_761) % 2 ** 48).toString(16).padStart(16, "0"),
  ).join("");
  return {
    version: 1,
    stream,
    cut,
    records: 1000,
    ranges: [{ shard: 0, first: cut * 1000 - 999, last: cut * 1000 }],
    object: {
      name: `objects/2026/07/13/14/=${stream}-1-2026-07-13-14-00-${cut}.csv.gz` as ObjectName,
      format: "csv",
      compression: "gzip",
      records: 1000,
      bytes: 20_000 + (cut % 97),
      sha256,
      head: 60,
    },
    failed: undefined,
    dropped: [],
    discovered: {},
    firstAcceptedAt: at,
    lastAcceptedAt: at,
    cutAt: at,
    planHash: "0123456789abcdef",
  };
}

export async function announce(to: Announcements, from: number, last: number): Promise<void> {
  for (let cut = from; cut <= last; cut += 1) {
    await to.publish(manifestOf(cut));
  }
}

/** Cuts of which something else is said than was announced. */
export async function wrongFrom(of: Announcements, last: number): Promise<readonly number[]> {
  const wrong: number[] = [];
  for (let cut = 1; cut <= last; cut += 1) {
    const said = await of.read(STREAM, cut);
    if (JSON.stringify(said) !== JSON.stringify(manifestOf(cut))) {
      wrong.push(cut);
    }
  }
  return wrong;
}

/** Manifests that lie by themselves, and folds. */
export async function countIn(store: ObjectStore): Promise<{ singles: number; folds: number }> {
  const names = await Array.fromAsync(store.list("_manifests/"), ({ name }) => name);
  const folds = names.filter((name) => name.includes("/folded/")).length;
  return { singles: names.length - folds, folds };
}
