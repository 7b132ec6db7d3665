/** The keeper folds manifests of what is loaded, unless the lake is to stay as it was delivered. */

import { expect, it, vi } from "vitest";
import { z } from "zod";
import { toInstant } from "../../base/clock.ts";
import { planPipeline } from "../../plan/plan-pipeline.ts";
import type { ObjectStore } from "../../seams/store.ts";
import { openAnnouncements } from "../../stages/lake/announcements.ts";
import { FOLDS } from "../../stages/lake/folds/fold.ts";
import { announce, countIn, STREAM, wrongFrom } from "../../stages/lake/folds/manifests.fixture.ts";
import { Shelf } from "../../stages/lake/packs/shelf.ts";
import { openMemoryStore } from "../../testing/memory/store.ts";
import { startKeeper, type KeeperOptions } from "./keeper.ts";

const CUTS = FOLDS.kept + 2 * FOLDS.run + 10;
const LOOK = { timeout: 15_000, interval: 20 };

interface Given {
  readonly compaction?: "on" | "off";
  /** The cut that is set aside. */
  readonly aside?: number;
}

/** A lake of so many cuts, and its keeper. */
async function keep({ compaction = "on", aside }: Given): Promise<Kept> {
  const store = openMemoryStore();
  const announcements = openAnnouncements(store);
  await announce(announcements, 1, CUTS);
  const stream = { schema: z.object({ a: z.int() }), lake: { compaction } };
  const keeper = startKeeper({
    plan: planPipeline({ name: "kept", streams: { [STREAM]: stream } }, "/x/pipeline.ts"),
    lake: { inner: store, shelf: new Shelf(store), announcements },
    warehouse: warehouseOf(aside),
    packs: false,
  });
  return { store, keeper };
}

interface Kept {
  readonly store: ObjectStore;
  readonly keeper: ReturnType<typeof startKeeper>;
}

function warehouseOf(aside: number | undefined): KeeperOptions["warehouse"] {
  const refused = { object: "x", records: 1, code: "LOAD_REFUSED", cause: "it is bad" } as const;
  const when = { attempts: 6, at: toInstant(0) };
  return {
    totals: (stream) => ({ cut: stream === STREAM ? CUTS : 0, records: 0, rows: 0, setAside: 0 }),
    asides: () => (aside === undefined ? [] : [{ cut: aside, ...refused, ...when }]),
  };
}

it("folds all but the newest, and they say what they said", async () => {
  const { store, keeper } = await keep({});
  await using _closing = keeper;
  const singles = CUTS - 2 * FOLDS.run;
  await vi.waitFor(async () => expect(await countIn(store)).toEqual({ singles, folds: 2 }), LOOK);
  expect(await wrongFrom(openAnnouncements(store), CUTS)).toEqual([]);
  expect(keeper.meter().trouble).toBeUndefined();
});

it.each([
  ["folds nothing that waits behind a cut which is set aside", { aside: 1200 }],
  ["leaves the lake as it was delivered", { compaction: "off" }],
] as const)("%s", async (_what, given) => {
  const { store, keeper } = await keep(given);
  // It has had its first look when it has ended.
  await keeper[Symbol.asyncDispose]();
  expect(await countIn(store)).toEqual({ singles: CUTS, folds: 0 });
});
