/** A model whose file is not right: events arrive all the same, everybody is told, and mending the file is enough. */

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, expect, it } from "vitest";
import { RunningPipeline } from "./running.ts";

const door = pathToFileURL(join(import.meta.dirname, "../../src/index.ts")).href;
const PIPELINE = `/** A pipeline whose model is broken at first. */

import { z } from ${JSON.stringify(import.meta.resolve("zod"))};
import { definePipeline, defineStream } from ${JSON.stringify(door)};

export default definePipeline({
  name: "broken-model",
  streams: { sales: defineStream({ schema: z.object({ shop: z.string(), price: z.number() }) }) },
  models: "./models",
});
`;
const LINEAGE = "_event_id, _shard, _sequence, _accepted_at, _load, _line";
const RIGHT = `-- The newest price of each shop.\n-- @key shop\nselect shop, price, ${LINEAGE} from {{ new sales }} as sold\n`;

const folder = mkdtempSync(join(tmpdir(), "millrace-broken-"));
const running = new RunningPipeline(folder);

beforeAll(async () => {
  mkdirSync(join(folder, "models"));
  writeFileSync(join(folder, "pipeline.ts"), PIPELINE);
});

afterAll(async () => {
  await running[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});

const NO_LINE = RIGHT.replace(", _line", "");
const NO_SOURCE = RIGHT.replace("{{ new sales }}", "{{ new nothing }}");

it.each([
  ["hands its rows through without their line", NO_LINE, "_line"],
  ["reads what there is not", NO_SOURCE, "nothing"],
])("a model that %s is named by drain and status until it is mended", async (...given) => {
  const [, wrong, named] = given;
  writeFileSync(join(folder, "models/latest.sql"), wrong);
  await running.start();
  const event = JSON.stringify({ shop: `corner ${named}`, price: 2.5 });
  expect((await running.post("/v1/streams/sales/events", event)).status).toBe(202);
  const drained = running.cli("drain", "--timeout", "2");
  expect(drained.code).toBe(1);
  expect(drained.err).toContain("model latest");
  expect(drained.err).toContain(named);
  expect(running.cli("status").out).toContain("latest.sql");
  const found = await running.rows(`select price from sales where shop = 'corner ${named}'`);
  expect(found).toEqual([{ price: 2.5 }]);

  writeFileSync(join(folder, "models/latest.sql"), RIGHT);
  await running.drain();
  const mended = await running.rows(`select price from latest where shop = 'corner ${named}'`);
  expect(mended).toEqual([{ price: 2.5 }]);
  expect((await running.status()).models).toMatchObject([{ name: "latest", streams: ["sales"] }]);
  expect(running.cli("verify")).toMatchObject({ code: 0 });
  expect(await running.stop()).toBe(0);
});

it("no books balance over a model that cannot run, whether the pipeline runs or not", async () => {
  writeFileSync(join(folder, "models/latest.sql"), NO_SOURCE);
  await running.start();
  const told = running.cli("verify");
  expect(told.out).toContain("latest does not run");
  expect(told.code).toBe(1);
  expect(await running.stop()).toBe(0);
  const alone = running.alone("verify", "--data", running.data);
  expect(alone.out).toContain("latest does not run");
  expect(alone.code).toBe(1);
  writeFileSync(join(folder, "models/latest.sql"), RIGHT);
  expect(running.alone("verify", "--data", running.data).code).toBe(0);
});
