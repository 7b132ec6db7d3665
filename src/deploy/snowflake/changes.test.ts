/** Definitions that change between deploys: what brings Snowflake's tables and pipes along. */

import { expect, it } from "vitest";
import { z } from "zod";
import { planPipeline } from "../../plan/plan-pipeline.ts";
import { bucketsOf } from "./names.ts";
import { snowflakeFiles, type SqlFile } from "./statements.ts";

const SALE = { id: z.string(), note: z.string().optional(), cents: z.int() };

async function files(
  shape: z.ZodRawShape,
  { name = "sales", before = [] }: { name?: string; before?: readonly string[] } = {},
): Promise<readonly SqlFile[]> {
  const streams = { [name]: { schema: z.object(shape) } };
  const plan = planPipeline({ name: "shop", streams }, "/nowhere/pipeline.ts");
  return await snowflakeFiles(plan, bucketsOf(plan), before);
}

const BEFORE = (await files(SALE))
  .filter(({ lasting }) => lasting)
  .flatMap((one) => one.statements);

async function changed(shape: z.ZodRawShape, name?: string): Promise<readonly string[]> {
  const all = await files(shape, { before: BEFORE, ...(name === undefined ? {} : { name }) });
  return all.find((one) => one.name === "07_change.sql")?.statements ?? [];
}

it("says nothing where nothing changed, and nothing of a stream of another name", async () => {
  expect(await changed(SALE)).toEqual([]);
  expect(await changed(SALE, "returns")).toEqual([]);
});

it("adds a column that rows of before do not have, and makes a pipe that fills it", async () => {
  const [table, pause, look, pipe, ...rest] = await changed({ ...SALE, shop: z.string() });
  expect(table).toBe("ALTER TABLE SHOP.RAW.sales ADD COLUMN IF NOT EXISTS shop VARCHAR");
  expect(pause).toBe("ALTER PIPE SHOP.RAW.LOAD_SALES SET PIPE_EXECUTION_PAUSED = TRUE");
  expect(look).toMatch(
    /pendingFileCount[^]*SELECT SYSTEM\$PIPE_STATUS\('SHOP\.RAW\.LOAD_SALES'\)$/,
  );
  expect(pipe).toMatch(/^CREATE OR REPLACE PIPE SHOP\.RAW\.LOAD_SALES\n/);
  expect(pipe).toContain("shop");
  expect(rest).toEqual([]);
});

it("keeps a column that is gone, and lets it be null", async () => {
  const { cents: _cents, ...less } = SALE;
  expect((await changed(less))[0]).toBe(
    "ALTER TABLE SHOP.RAW.sales ALTER COLUMN cents DROP NOT NULL",
  );
  const { note: _note, ...others } = SALE;
  expect((await changed(others))[0]).toContain("PIPE_EXECUTION_PAUSED");
});

it("lets a column be null that may be now, and names a type that cannot be changed", async () => {
  expect((await changed({ ...SALE, cents: z.int().optional() }))[0]).toBe(
    "ALTER TABLE SHOP.RAW.sales ALTER COLUMN cents DROP NOT NULL",
  );
  expect((await changed({ ...SALE, cents: z.string() }))[0]).toContain(
    "cents was NUMBER(38, 0) NOT NULL and would be VARCHAR NOT NULL. It stays",
  );
});
