/** A deployed model's run on fakesnow, statement by statement: its counts are DuckDB's, and a rule that fails ends it. */

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { z } from "zod";
import { quoteText } from "../../../src/base/snowflake-text.ts";
import { runOf, type RunStep, runSteps } from "../../../src/deploy/snowflake/model-run.ts";
import { namesOf } from "../../../src/deploy/snowflake/names.ts";
import { standingTables } from "../../../src/deploy/snowflake/tables.ts";
import { planPipeline } from "../../../src/plan/plan-pipeline.ts";
import type { Cell } from "../../../src/seams/query.ts";
import { readModelFolder, toGraph } from "../../../src/stages/models/reading.ts";
import {
  rowsOf,
  type Transport,
} from "../../../src/stages/warehouse/snowflake/client/transport.ts";
import { type Peer, startFakesnow } from "../processes.ts";
import { openAccount } from "./account.ts";

const RUNNING = { timeoutMs: 240_000 };
const schema = z.object({ shop: z.string(), price: z.number(), pieces: z.int() });
const file = join(import.meta.dirname, "p.ts");
const plan = planPipeline({ name: "t", streams: { sales: { schema } }, models: "./models" }, file);
const names = namesOf(plan);
const ORDER = "ORDER BY shop";
const COLUMNS = [
  "shop",
  "price",
  "pieces",
  "_event_id",
  "_shard",
  "_sequence",
  "_accepted_at",
  "_load",
  "_line",
];

let folder: string;
let peer: Peer;
let transport: Transport;
let stream: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "millrace-deployed-"));
  peer = await startFakesnow();
  ({ transport } = await openAccount(peer.url, "T", folder));
  stream = runOf(names, await modelOf("models")).streams[0] ?? "";
  const types = [
    "VARCHAR",
    "DOUBLE",
    "NUMBER(38, 0)",
    "VARCHAR",
    "NUMBER(38, 0)",
    "VARCHAR",
    "TIMESTAMP_NTZ(9)",
    "NUMBER(38, 0)",
    "NUMBER(38, 0)",
  ];
  const declared = COLUMNS.map((name, at) => `${name} ${types[at]}`).join(", ");
  const made = ["T.CLEAN.LATEST", "T.CLEAN.RUN_LATEST", stream].map(
    (name) => `CREATE TABLE ${name} (${declared})`,
  );
  const [, counts = ""] = standingTables(names);
  for (const sql of [
    "CREATE SCHEMA IF NOT EXISTS T.RAW",
    "CREATE SCHEMA IF NOT EXISTS T.CLEAN",
    ...made,
    counts,
  ]) {
    await transport.ask(sql, RUNNING);
  }
});

afterAll(async () => {
  await peer?.[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

async function modelOf(folderName: string) {
  const { files } = await readModelFolder(join(import.meta.dirname, folderName));
  const tables = new Map(plan.streams.map(({ name, table }) => [table, name]));
  const model = toGraph(files, { tables, snippets: {} }).models.find(
    ({ name }) => name === "latest",
  );
  if (model === undefined) {
    throw new TypeError("there is a model of that name");
  }
  return model;
}

async function ask(sql: string): Promise<readonly (readonly Cell[])[]> {
  return await rowsOf(await transport.ask(sql, RUNNING));
}

/** A value as it stands in SQL in the place of its variable. */
function shown(value: Cell | undefined): string {
  return typeof value === "string" ? quoteText(value.replace("Z", "")) : String(value ?? "NULL");
}

/**
 * The block that the task runs, less what the emulator lacks: scripting, for which this stands, and MERGE … ALL BY NAME,
 * for which the model's columns do. A rule that does not hold ends it and is told: there Snowflake raises it and rolls back.
 */
async function run(steps: readonly RunStep[]): Promise<string | undefined> {
  const values = new Map<string, Cell>();
  const filled = (sql: string): string =>
    sql.replaceAll(/(?<![:\w]):([a-z_]+)/g, (_all, name: string) => shown(values.get(name)));
  const script: string[] = [];
  for (const step of steps) {
    if (step.kind === "into") {
      const from = step.from === undefined ? "" : ` FROM ${step.from}`;
      const [row] = await ask(filled(`SELECT ${step.values}${from}`));
      step.names.forEach((name, at) => values.set(name, row?.[at] ?? null));
    } else if (step.kind === "do") {
      script.push(step.sql);
      await ask(named(filled(step.sql)));
    } else {
      const [[held] = []] = await ask(filled(`SELECT IFF(${step.rule}, 1, 0)`));
      if (held !== 1) {
        return step.says;
      }
    }
  }
  expect(script.length).toBe(4);
  return undefined;
}

function named(sql: string): string {
  const sets = COLUMNS.map((column) => `${column} = s.${column}`).join(", ");
  const list = COLUMNS.join(", ");
  const from = COLUMNS.map((column) => `s.${column}`).join(", ");
  return sql
    .replace("UPDATE ALL BY NAME", `UPDATE SET ${sets}`)
    .replace("INSERT ALL BY NAME", `INSERT (${list}) VALUES (${from})`);
}

/** What a stream has when its task wakes: the rows since the last run that committed. */
async function arrive(
  rows: readonly (readonly [shop: string, price: number])[],
  load: number,
): Promise<void> {
  await ask(`DELETE FROM ${stream}`);
  const values = rows.map(
    ([shop, price], at) =>
      `(${quoteText(shop)}, ${price}, 1, 'e${load}-${at}', 0, '${load}${at}', '2026-03-01 10:00:0${load}'::TIMESTAMP_NTZ, ${load}, ${at + 1})`,
  );
  await ask(`INSERT INTO ${stream} (${COLUMNS.join(", ")}) VALUES ${values.join(", ")}`);
}

it("counts what is new, what changed, what came again with equal values, and what has no key", async () => {
  const model = await modelOf("models");
  const steps = runSteps(names, model, runOf(names, model));
  const runs: readonly (readonly (readonly [string, number])[])[] = [
    [
      ["A", 1],
      ["B", 2],
      ["A", 3],
      ["", 9],
    ],
    [
      ["A", 3],
      ["B", 2.5],
      ["C", 1],
    ],
    [
      ["A", 3],
      ["B", 2.5],
    ],
  ];
  for (const [at, rows] of runs.entries()) {
    await arrive(rows, at + 1);
    expect(await run(steps)).toBeUndefined();
  }
  const counts =
    "SELECT rows_in, rows_out, inserted, updated, duplicates, set_aside FROM T.CLEAN.ROW_COUNTS";
  expect((await ask(counts)).toSorted((a, b) => Number(b[0]) - Number(a[0]))).toEqual([
    [4, 4, 2, 0, 1, 1],
    [3, 3, 1, 1, 1, 0],
    [2, 2, 0, 0, 2, 0],
  ]);
  expect(await ask(`SELECT shop, price, _load FROM T.CLEAN.LATEST ${ORDER}`)).toEqual([
    ["A", 3, 3],
    ["B", 2.5, 3],
    ["C", 1, 2],
  ]);
});

it("ends at a rule that does not hold, before its row counts, and says which", async () => {
  const model = await modelOf("broken");
  await arrive([["Q", 1]], 4);
  expect(await run(runSteps(names, model, runOf(names, model)))).toBe(model.conserve[0]?.sql);
  expect(await ask("SELECT count(*) FROM T.CLEAN.ROW_COUNTS")).toEqual([[3]]);
});
