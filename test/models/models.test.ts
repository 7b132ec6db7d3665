/** Models over the real warehouse: merged right whatever the order of arrival, counted, all or nothing. */

import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { z } from "zod";
import { systemClock } from "../../src/base/clock.ts";
import { planPipeline } from "../../src/plan/plan-pipeline.ts";
import type { Plan } from "../../src/plan/plan.ts";
import type { Cell } from "../../src/seams/query.ts";
import { type ModelRunner, startModels } from "../../src/stages/models/index.ts";
import { makeCut } from "../../src/stages/warehouse/fixture.ts";
import { openWarehouse, type Warehouse } from "../../src/stages/warehouse/index.ts";

interface Sale {
  readonly shop: string | null;
  readonly price: number;
  /** Seconds after ten o'clock at which it was accepted. */
  readonly at: number;
}

const LINEAGE = "_event_id, _shard, _sequence, _accepted_at, _load, _line";
const LATEST = `-- The latest price of each shop.
-- @key shop
-- @conserve (select count(*) from {{ out }}) = (select count(*) from {{ new sales }})
select shop, price, ${LINEAGE} from {{ new sales }}`;

let folder: string;
let house: Warehouse;
let runner: ModelRunner;
let plan: Plan;
let cut: number;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "millrace-models-"));
  const schema = z.object({ shop: z.string().nullable(), price: z.number() });
  plan = planPipeline(
    { name: "t", streams: { sales: { schema } }, models: "." },
    join(folder, "p.ts"),
  );
  house = await openWarehouse({ path: join(folder, "w.duckdb"), readable: [folder] });
  await house.ensure(plan);
  cut = 0;
});

afterEach(async () => {
  await runner[Symbol.asyncDispose]();
  await house[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

async function model(name: string, text: string): Promise<void> {
  await writeFile(join(folder, `${name}.sql`), text);
}

async function start(): Promise<void> {
  const execute = await house.execute();
  runner = startModels({
    plan,
    execute,
    clock: systemClock,
    pauseMs: 1,
    pollMs: 10,
    retryMs: { first: 1, max: 10 },
    onChange: () => {},
  });
  await runner.settle();
}

async function load(sales: readonly Sale[]): Promise<void> {
  cut += 1;
  const text = sales
    .map(({ shop, price, at }, line) => {
      const accepted = new Date(Date.parse("2026-01-01T10:00:00Z") + at * 1000).toISOString();
      const lineage = {
        _event_id: `e${cut}.${line}`,
        _shard: 0,
        _sequence: cut * 1000 + line,
        _accepted_at: accepted,
      };
      return `${JSON.stringify({ shop, price, ...lineage })}\n`;
    })
    .join("");
  const made = makeCut({
    folder,
    stream: "sales",
    cut,
    format: "ndjson",
    text,
    records: sales.length,
  });
  const [stream] = plan.streams;
  if (stream !== undefined) {
    await house.load(stream, made.manifest, made.objects);
  }
}

async function rows(sql: string): Promise<readonly (readonly Cell[])[]> {
  return (await house.query.run(sql)).rows;
}

const LATEST_ROWS = "SELECT shop, price FROM latest ORDER BY shop";
const COUNTS =
  "SELECT rows_in, rows_out, inserted, updated, duplicates, set_aside, load_from, load_to FROM row_counts ORDER BY run";

describe("an incremental model", () => {
  it("is there, empty, before any data", async () => {
    await model("latest", LATEST);
    await start();
    expect(await rows(LATEST_ROWS)).toEqual([]);
    expect(await rows(COUNTS)).toEqual([]);
  });

  it("inserts, updates, counts duplicates and sets rows without a key aside", async () => {
    await model("latest", LATEST);
    await start();
    await load([
      { shop: "A", price: 1, at: 1 },
      { shop: "B", price: 2, at: 1 },
      { shop: "A", price: 3, at: 2 },
      { shop: null, price: 9, at: 3 },
    ]);
    expect(await runner.settle()).toBe(true);
    await load([
      { shop: "A", price: 4, at: 5 },
      { shop: "B", price: 2, at: 5 },
      { shop: "C", price: 7, at: 5 },
    ]);
    await runner.settle();
    expect(await rows(LATEST_ROWS)).toEqual([
      ["A", 4],
      ["B", 2],
      ["C", 7],
    ]);
    expect(await rows(COUNTS)).toEqual([
      [4, 4, 2, 0, 1, 1, 0, 1],
      [3, 3, 1, 1, 1, 0, 1, 2],
    ]);
    expect(
      await rows("SELECT stream, stage, cause, _event_id, reasons->>'$[0].path' FROM dead_letters"),
    ).toEqual([["latest", "model", "KEY_INVALID", "e1.3", "/shop"]]);
  });

  it("does nothing when there is nothing new, also after a restart", async () => {
    await model("latest", LATEST);
    await start();
    await load([{ shop: "A", price: 1, at: 1 }]);
    await runner.settle();
    await runner.settle();
    await runner[Symbol.asyncDispose]();
    await start();
    expect(await rows("SELECT count(*) FROM row_counts")).toEqual([[1]]);
    expect(runner.meters()).toMatchObject([
      { name: "latest", runs: 1, rows: 1, load: 1, newestLoad: 1, trouble: undefined },
    ]);
  });

  it("ends in the same values whatever the order of arrival, repeats between included", async () => {
    await model("latest", LATEST);
    await start();
    // Accepted as 1, then 2, then 1 again; the middle one arrives last.
    for (const sale of [
      { shop: "A", price: 1, at: 1 },
      { shop: "A", price: 1, at: 9 },
      { shop: "A", price: 2, at: 5 },
    ]) {
      await load([sale]);
      await runner.settle();
    }
    expect(await rows(LATEST_ROWS)).toEqual([["A", 1]]);
    await load([{ shop: "A", price: 3, at: 12 }]);
    await load([{ shop: "A", price: 4, at: 11 }]);
    await runner.settle();
    expect(await rows(LATEST_ROWS)).toEqual([["A", 3]]);
  });

  it("is made anew when its text changes, in one piece", async () => {
    await model("latest", LATEST);
    await start();
    await load([
      { shop: "A", price: 1, at: 1 },
      { shop: null, price: 2, at: 1 },
    ]);
    await runner.settle();
    await model(
      "latest",
      LATEST.replace("select shop, price,", "select shop, price * 10 as price, 'x' as more,"),
    );
    await vi.waitFor(async () =>
      expect(await rows("SELECT shop, price, more FROM latest")).toEqual([["A", 10, "x"]]),
    );
    expect(await rows("SELECT count(*) FROM dead_letters")).toEqual([[1]]);
  });

  it("takes a column that the raw table grew into a select of everything", async () => {
    await model("latest", "-- @key shop\nselect * from {{ new sales }}");
    await start();
    await load([{ shop: "A", price: 1, at: 1 }]);
    await runner.settle();
    const text = `${JSON.stringify({ shop: "B", price: 2, tip: 5, _event_id: "x", _shard: 0, _sequence: 9, _accepted_at: "2026-01-01T10:00:09Z" })}\n`;
    const made = makeCut({
      folder,
      stream: "sales",
      cut: 2,
      format: "ndjson",
      text,
      records: 1,
      discovered: { tip: "integer" },
    });
    await house.load(plan.streams[0] as never, made.manifest, made.objects);
    await runner.settle();
    expect(await rows("SELECT shop, tip FROM latest ORDER BY shop")).toEqual([
      ["A", null],
      ["B", 5],
    ]);
  });

  it("is refused unless it hands its lineage through", async () => {
    await model("latest", "-- @key shop\nselect shop, price from {{ new sales }}");
    await start();
    expect(runner.meters()[0]?.trouble).toMatchObject({
      code: "MODEL_INVALID",
      message: expect.stringContaining("_event_id"),
    });
  });
});

describe("a rule that does not hold", () => {
  it("keeps nothing of the run, and holds no other model up", async () => {
    await model("broken", LATEST.replace("@conserve (select", "@conserve 0 = 1 and (select"));
    await model("latest", LATEST);
    await start();
    await load([{ shop: "A", price: 1, at: 1 }]);
    expect(await runner.settle()).toBe(false);
    expect(await rows("SELECT count(*) FROM broken")).toEqual([[0]]);
    expect(await rows(LATEST_ROWS)).toEqual([["A", 1]]);
    expect(await rows("SELECT DISTINCT model FROM row_counts")).toEqual([["latest"]]);
    expect(runner.meters().find(({ name }) => name === "broken")?.trouble?.code).toBe(
      "MODEL_UNBALANCED",
    );
    await model("broken", LATEST);
    await vi.waitFor(async () => expect(await rows("SELECT count(*) FROM broken")).toEqual([[1]]));
  });
});

describe("models that read models", () => {
  it("follow them: incremental, whole and as a view", async () => {
    await model("latest", LATEST);
    await model(
      "doubled",
      `-- @key shop\nselect shop, price * 2 as price, ${LINEAGE} from {{ new latest }}`,
    );
    await model("total", "select sum(price) as total, count(*) as shops from {{ doubled }}");
    await model(
      "shown",
      "-- @kind view\nselect iff(total > 10, 'much', 'little') as word from {{ total }}",
    );
    await start();
    await load([
      { shop: "A", price: 1, at: 1 },
      { shop: "B", price: 2, at: 1 },
    ]);
    await runner.settle();
    expect(await rows("SELECT * FROM total, shown")).toEqual([[6, 2, "little"]]);
    await load([{ shop: "A", price: 7, at: 2 }]);
    await runner.settle();
    expect(await rows("SELECT * FROM total, shown")).toEqual([[18, 2, "much"]]);
  });
});
