/** The Snowflake side as SQL: what was looked at, and what must hold of it whatever the pipeline. */

import { join } from "node:path";
import { expect, test } from "vitest";
import { loadPlan } from "../../src/plan/load-plan.ts";
import type { Plan } from "../../src/plan/plan.ts";
import { snowflakeFiles, sqlText } from "../../src/deploy/snowflake/statements.ts";

const BUCKETS = {
  data: "people-data-123456789012-us-east-1",
  errors: "people-errors-123456789012-us-east-1",
  roleArn: "arn:aws:iam::123456789012:role/people-snowflake",
  externalId: "millrace-people",
};
const examples = join(import.meta.dirname, "../../examples");

async function sqlOf(name: string, change = (plan: Plan): Plan => plan): Promise<string> {
  const plan = change(await loadPlan(join(examples, name)));
  const files = await snowflakeFiles(plan, BUCKETS);
  return files.map((file) => sqlText({ ...plan, hash: "HASH" }, file)).join("\n");
}

test("the people example is the SQL that was looked at", async () => {
  await expect(await sqlOf("people")).toMatchFileSnapshot("people.snowflake.sql");
});

test("each table has its pipe, and each pipe says what it does with a bad row", async () => {
  const sql = await sqlOf("food-market");
  const pipes = sql.match(/CREATE PIPE [\s\S]*?;/g) ?? [];
  expect(pipes).toHaveLength(2);
  for (const pipe of pipes) {
    expect(pipe).toMatch(/AUTO_INGEST = TRUE[\s\S]*METADATA\$FILENAME[\s\S]*ON_ERROR = CONTINUE/);
  }
});

test("a pipe lists as many columns as values, whatever the format", async () => {
  for (const format of ["csv", "ndjson", "parquet"] as const) {
    const sql = await sqlOf("food-market", (plan) => ({
      ...plan,
      streams: plan.streams.map((stream) => ({
        ...stream,
        deliver: { ...stream.deliver, format },
      })),
    }));
    const [, columns = "", values = ""] =
      /COPY INTO \S+ \(([\s\S]*?)\n {2}\)\s+FROM \(\s+SELECT([\s\S]*?)\n {4}FROM @/.exec(sql) ?? [];
    expect(columns.split(",\n")).toHaveLength(473 + 9);
    expect(values.split(",\n")).toHaveLength(473 + 9);
  }
});

test("a model's run is one transaction: rows, row counts and the stream's place", async () => {
  const sql = await sqlOf("food-market");
  const block = /EXECUTE IMMEDIATE \$\$([\s\S]*?)\$\$/.exec(sql)?.[1] ?? "";
  const at = (text: string): number => block.indexOf(text);
  expect(at("BEGIN TRANSACTION")).toBeGreaterThan(0);
  expect(at("MERGE INTO")).toBeGreaterThan(at("BEGIN TRANSACTION"));
  expect(at("ROW_COUNTS")).toBeGreaterThan(at("MERGE INTO"));
  expect(at("COMMIT")).toBeGreaterThan(at("ROW_COUNTS"));
  // DDL would commit what came before it.
  expect(block).not.toMatch(/\b(CREATE|ALTER|DROP)\b/);
  expect(block).not.toContain("{{");
});

test("dynamic tables, where the definition wants them", async () => {
  const sql = await sqlOf("food-market", (plan) => ({
    ...plan,
    deploy: { ...plan.deploy, snowflake: { ...plan.deploy.snowflake, models: "dynamic" } },
  }));
  expect(sql).toContain("CREATE OR REPLACE DYNAMIC TABLE FOOD_MARKET.CLEAN.prices");
  expect(sql).toContain("TARGET_LAG = '60 seconds'");
  expect(sql).not.toContain("CREATE OR REPLACE TASK");
});

test("no grant is wider than its schema, but for running tasks", async () => {
  const sql = await sqlOf("people");
  const grants = sql.match(/GRANT [^;]*;/g) ?? [];
  expect(grants.length).toBeGreaterThan(8);
  const wide = grants.filter((grant) => / ON ACCOUNT /.test(grant));
  expect(wide).toEqual(["GRANT EXECUTE TASK ON ACCOUNT TO ROLE PEOPLE_OWNER;"]);
});
