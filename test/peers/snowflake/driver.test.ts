/** Snowflake's own driver against fakesnow's own server: the food market from a lake in a folder or on S3 comes to DuckDB's rows. */

import { spawnSync } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { pieces } from "../../../examples/food-market/generate.ts";
import { DEFAULT_SEED, marketsFor } from "../../../examples/food-market/generator.ts";
import { systemClock } from "../../../src/base/clock.ts";
import { fingerprintSql, type HashedColumn } from "../../../src/books/fingerprint.ts";
import type { Plan } from "../../../src/plan/plan.ts";
import { loadPlan } from "../../../src/plan/load-plan.ts";
import { type Started, startPipeline } from "../../../src/runtime/start.ts";
import {
  folderPlace,
  type Lake,
  type LakePlace,
  openLake,
} from "../../../src/stages/lake/index.ts";
import { startModels } from "../../../src/stages/models/index.ts";
import { openWarehouse } from "../../../src/stages/warehouse/index.ts";
import { openDriver } from "../../../src/stages/warehouse/snowflake/client/driver.ts";
import {
  rowsOf,
  StatementRefused,
  type Transport,
} from "../../../src/stages/warehouse/snowflake/client/transport.ts";
import { putWay } from "../../../src/stages/warehouse/snowflake/load/put-way.ts";
import { stageWay, type Way } from "../../../src/stages/warehouse/snowflake/load/way.ts";
import { openTables } from "../../../src/stages/warehouse/snowflake/open.ts";
import type { Warehouse } from "../../../src/stages/warehouse/warehouse.ts";
import { BUCKET, makeBucket, remotePlace } from "../../s3/place.ts";
import { PEER_PATHS } from "../catalogue.ts";
import { type Peer, startFakesnowForDriver, startVersitygw } from "../processes.ts";
import { judgeStatements } from "./sqlfluff.ts";

const RUNNING = { timeoutMs: 240_000 };
const ROWS = Number(process.env["MILLRACE_TEST_MARKET_ROWS"] ?? 200);
const market = join(import.meta.dirname, "../../../examples/food-market");
const said: string[] = [];
let folder: string;
let peer: Peer;
let s3: Peer;
let driver: Transport;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "millrace-driver-"));
  s3 = await startVersitygw();
  peer = await startFakesnowForDriver(s3.url);
  await makeBucket(s3.url);
  driver = await open("MARKET");
});

afterAll(async () => {
  await driver?.[Symbol.asyncDispose]();
  await peer?.[Symbol.asyncDispose]();
  await s3?.[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

/** Sessions of a database; what they say is written down. */
async function open(database: string): Promise<Transport> {
  const opened = await openDriver({
    base: peer.url,
    account: "emulated",
    login: { user: "loader", token: "any", keyFile: undefined, passphrase: undefined },
    session: { database, schema: "PUBLIC", warehouse: undefined, role: undefined },
    load: () => import(pathToFileURL(PEER_PATHS.driverModule).href),
  });
  return {
    ask: (sql, running) => {
      said.push(sql);
      return opened.ask(sql, running);
    },
    script: (statements, running) => {
      said.push(...statements);
      return opened.script(statements, running);
    },
    [Symbol.asyncDispose]: () => opened[Symbol.asyncDispose](),
  };
}

async function ask(sql: string): ReturnType<typeof rowsOf> {
  return await rowsOf(await driver.ask(sql, RUNNING));
}

describe("the driver as a transport", () => {
  it("gives every type as the SQL API's client does", async () => {
    const sql = `SELECT 1 AS A, 9007199254740993 AS B, 12.50::NUMBER(10, 2) AS C, 0.1::DOUBLE AS D, TRUE AS E, 'x' AS F,
      DATE '1969-12-31' AS G, '1969-12-31 23:59:59.25'::TIMESTAMP_NTZ AS H, PARSE_JSON('{"a":1}') AS I, NULL AS J`;
    const times = ["1969-12-31", "1969-12-31T23:59:59.25Z"];
    expect(await ask(sql)).toEqual([
      [1, 9007199254740993n, 12.5, 0.1, true, "x", ...times, '{"a":1}', null],
    ]);
    const bound = await driver.ask("SELECT ? AS A, ? AS B", { ...RUNNING, params: [7, "it's"] });
    expect(await rowsOf(bound)).toEqual([[7, "it's"]]);
  });

  it("tells a refusal by its number, and a script that fails leaves nothing of itself", async () => {
    await ask("CREATE TABLE KEPT (N NUMBER(38, 0))");
    const script = [
      "CREATE OR REPLACE TEMPORARY TABLE GONE AS SELECT 1 AS N",
      "BEGIN TRANSACTION",
      "INSERT INTO KEPT SELECT N FROM GONE",
      "SELECT NOPE",
      "COMMIT",
    ];
    await expect(driver.script(script, RUNNING)).rejects.toBeInstanceOf(StatementRefused);
    expect(await ask("SELECT COUNT(*) FROM KEPT")).toEqual([[0]]);
    await expect(ask("SELECT * FROM GONE")).rejects.toMatchObject({ code: "002003" });
  });

  it("that is not installed is named with the way to install it", () => {
    // By Node itself: a test's own loader tells a missing package by other words.
    const path = join(
      import.meta.dirname,
      "../../../src/stages/warehouse/snowflake/client/driver.ts",
    );
    const session = { database: "D", schema: "S", warehouse: undefined, role: undefined };
    const login = { user: "u", token: "t", keyFile: undefined, passphrase: undefined };
    const given = { base: "https://nobody.example", account: "a", login, session };
    const code = `import { openDriver } from ${JSON.stringify(pathToFileURL(path).href)};
      try { await openDriver(${JSON.stringify(given)}) } catch (thrown) { console.log(thrown.code, thrown.message) }`;
    const args = ["--input-type=module", "--eval", code];
    const { stdout } = spawnSync(process.execPath, args, { encoding: "utf8" });
    expect(stdout).toContain("DRIVER_MISSING Snowflake's driver needs the package snowflake-sdk");
  });
});

const PRICES: readonly HashedColumn[] = [
  ...["country", "market", "item", "item_group"].map((name) => ({ name, type: "VARCHAR" })),
  { name: "date", type: "DATE" },
  ...["open", "high", "low", "close", "inflation"].map((name) => ({ name, type: "DOUBLE" })),
  ...["_sequence", "_load", "_line"].map((name) => ({ name, type: "BIGINT" })),
  { name: "_accepted_at", type: "TIMESTAMP" },
];
const QUESTIONS = [
  "SELECT count(*) FROM raw_prices",
  fingerprintSql("prices", PRICES, "true"),
  "SELECT model, sum(rows_in), sum(inserted), sum(updated), sum(duplicates) FROM row_counts GROUP BY model ORDER BY model",
];

async function embedded(data: string, lake: string | undefined): Promise<readonly unknown[]> {
  const started: Started = await startPipeline({
    pipeline: market,
    data,
    port: 0,
    host: "127.0.0.1",
    sources: false,
    books: false,
    insecureHost: false,
    aws: { anonymous: false, shardLimits: false, keys: undefined },
    places: lake === undefined ? {} : { lake },
    log: () => {},
  });
  try {
    const post = async (path: string, body: string, type: string): Promise<unknown> => {
      const headers = { "content-type": type };
      const response = await fetch(`${started.url}${path}`, { method: "POST", body, headers });
      return await response.json();
    };
    const wanted = { rows: ROWS, seed: DEFAULT_SEED, format: "ndjson", dirt: false } as const;
    for (const piece of pieces({ ...wanted, markets: marketsFor(ROWS), out: undefined })) {
      await post("/v1/streams/prices/events", piece, "application/x-ndjson");
    }
    await post("/v1/drain", JSON.stringify({ timeout_ms: 120_000 }), "application/json");
    const answers: unknown[] = [];
    for (const sql of QUESTIONS) {
      const rows = await post("/v1/query", JSON.stringify({ sql }), "application/json");
      answers.push((rows as object[]).map((row) => Object.values(row)));
    }
    return answers;
  } finally {
    await started.stop();
  }
}

/** How objects come to Snowflake, and where the lake is for that. */
interface Course {
  readonly database: string;
  readonly lake: string | undefined;
  readonly place: LakePlace;
  readonly way: Way;
}

const ADDRESS = "snowflake://emulated/MARKET";

function uploads(): Course {
  const place = folderPlace(join(folder, "PUT", "lake"));
  return { database: "PUT", lake: undefined, place, way: putWay() };
}

/** A stage that Millrace makes over the bucket by a storage integration, as it does in an account. */
function copies(): Course {
  const prefix = "market/";
  const url = `s3://${BUCKET}/${prefix}`;
  const given = { stage: undefined, integration: "LAKE_ACCESS", url };
  return {
    database: "COPY",
    lake: `${url}?endpoint=${s3.url}&region=us-east-1`,
    place: remotePlace(s3.url, prefix, join(folder, "scratch")),
    way: stageWay(given, ADDRESS),
  };
}

it.each([
  ["uploaded from a folder", uploads],
  ["copied from S3", copies],
])(
  `loads and models ${ROWS} wide rows of the food market, %s, as DuckDB does`,
  async (_how, course) => {
    said.length = 0;
    const { database, lake: wanted, place, way } = course();
    const data = join(folder, database);
    const here = await embedded(data, wanted);
    await using session = await open(database);
    const plan = await loadPlan(market);
    await using lake = await openLake({ place, writes: false });
    const reader = await openWarehouse({ readable: [folder], threads: 1 });
    const owner = { id: "folder-1", path: folder };
    await using house = openTables({ transport: session, address: ADDRESS, owner, way, reader });
    await house.ensure(plan);
    await loadAll(plan, lake, house);
    await using models = startModels({
      plan,
      execute: await house.execute(),
      clock: systemClock,
      pauseMs: 5,
      pollMs: 1000,
      retryMs: { first: 60_000, max: 60_000 },
      onChange: () => {},
    });
    expect(await models.settle()).toBe(true);
    const there: unknown[] = [];
    for (const sql of QUESTIONS) {
      there.push((await house.query.run(sql, { timeoutMs: 240_000 })).rows);
    }
    expect(there).toEqual(here);
    expect(here[0]).toEqual([[ROWS]]);
    expect(said.filter((sql) => sql.startsWith("PUT ")).length > 0).toBe(wanted === undefined);
    const left = async (): ReturnType<typeof rowsOf> =>
      await rowsOf(await session.ask("LIST @MILLRACE_FILES", RUNNING));
    expect(wanted === undefined ? await left() : []).toEqual([]);
    expect(judgeStatements(folder, said)).toBe("");
  },
);

/** Every cut of the lake, in its turn. */
async function loadAll(plan: Plan, lake: Lake, house: Warehouse): Promise<void> {
  for (const stream of plan.streams) {
    for (let cut = 1; ; cut += 1) {
      const manifest = await lake.announcements.read(stream.name, cut);
      if (manifest === undefined) {
        break;
      }
      const object = manifest.object && (await lake.store.fetch(manifest.object.name));
      const failed = manifest.failed && (await lake.store.fetch(manifest.failed.name));
      await house.load(stream, manifest, { object: object?.path, failed: failed?.path });
      await object?.[Symbol.asyncDispose]();
      await failed?.[Symbol.asyncDispose]();
    }
  }
}
