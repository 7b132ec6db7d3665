/** What becomes of threads whose transform hangs, fills the heap or ends its thread, and of those that do nothing of it. */

import { Worker } from "node:worker_threads";
import { expect, it } from "vitest";
import { Fault } from "../../base/faults.ts";
import { TransformWatch } from "./transform-watch.ts";

/** Marks record 9 of shard 1 of the second stream, as the guard does, and then does something. */
const MARKED = `const { workerData } = require("node:worker_threads");
const cells = new Int32Array(workerData);
[cells[1], cells[2], cells[3]] = [1, 0, 9];
Atomics.store(cells, 0, 2);`;
const LOGS = [{ stream: "others" }, { stream: "jobs" }];

/** One life of a thread, watched; what was found on its end. */
async function live(watch: TransformWatch, code: string): Promise<string | undefined> {
  const worker = new Worker(`${MARKED}\n${code}`, {
    eval: true,
    workerData: watch.mark,
    resourceLimits: { maxOldGenerationSizeMb: 32 },
  });
  const forget = watch.begin(() => void worker.terminate());
  let cause = "";
  worker.on("error", (thrown) => (cause = (thrown as Error).message));
  const exit = await new Promise<number>((done) => worker.once("exit", done));
  forget();
  return watch.end(LOGS, new Fault("DELIVERY_STOPPED", { cause: cause || `code ${exit}` }));
}

it.each([
  ["hangs", "for (;;);", /did not return within 5 s/],
  ["fills the heap", "const all = []; for (;;) all.push(new Array(1000).fill(0.5));", /memory/],
  ["ends its thread", "process.exit(3);", /ended its thread: code 3/],
])("a transform that %s is named, and the second time poison", async (_how, code, says) => {
  const watch = new TransformWatch();
  expect(await live(watch, code)).toMatch(says);
  expect(watch.poisoned).toEqual([]);
  expect(await live(watch, code)).toMatch(/number 9 of shard 1 of jobs; it is set aside/);
  expect(watch.poisoned).toEqual([
    { stream: "jobs", shard: 1, sequence: 9, says: expect.stringMatching(says) },
  ]);
});

it("a thread that ends while no transform runs accuses nobody", async () => {
  const watch = new TransformWatch();
  expect(await live(watch, "Atomics.store(cells, 0, 0);")).toBeUndefined();
  expect(await live(watch, "Atomics.store(cells, 0, 0);")).toBeUndefined();
  expect(watch.poisoned).toEqual([]);
});
