/** A process to be killed: puts small objects together, and kills itself at a named step. */

import { toInstant } from "../../src/base/clock.ts";
import { Compactor } from "../../src/stages/lake/index.ts";
import { BEGUN, HOUR_MS, openTestLake, STREAM } from "../../src/stages/lake/packs/lake.fixture.ts";

const [folder = "", step = "", after = "0", cuts = "0"] = process.argv.slice(2);
const now = toInstant(BEGUN + Number(cuts) * 60_000);

await using lake = await openTestLake(folder);
const { inner: store, shelf, announcements } = lake;
let seen = 0;
const compactor = new Compactor({
  store,
  shelf,
  announcements,
  clock: { now: () => now },
  onStep: (at) => {
    seen += at === step ? 1 : 0;
    if (seen > Number(after)) {
      process.kill(process.pid, "SIGKILL");
    }
  },
});
const settings = { compaction: "on", target: 1_048_576, after: HOUR_MS } as const;
while (await compactor.turn(STREAM, Number(cuts), settings)) {
  // More is done at once.
}
console.log(JSON.stringify(compactor.meter()));
