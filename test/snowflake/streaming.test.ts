/** Rows through Snowpipe Streaming's channels: there once each, whatever breaks, and whoever is killed. */

import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { randomBytes } from "node:crypto";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { ACCEPTED_AT as AT, type MadeCut } from "../../src/stages/warehouse/fixture.ts";
import { rowsOf } from "../../src/stages/warehouse/snowflake/client/transport.ts";
import { type ContractServer, startContractServer } from "./contract-server.ts";
import {
  ARRIVED_TABLE,
  cutOf,
  openRig,
  type Places,
  type Rig,
  type RigOptions,
  RUNNING,
} from "./streaming-rig.ts";
import { type Operation, type Row, StreamingServer, type Trouble } from "./streaming-server.ts";

let folder: string;
let sql: ContractServer;
let server: StreamingServer;
let options: RigOptions;
let rig: Rig;
let onRequest: (operation: Operation, done: boolean) => void = () => {};

const INSERT = `INSERT INTO _ARRIVED SELECT r.BATCH, r.PART, r.SHARD, r.LINE, r.RAW FROM (SELECT unnest(from_json(?,
  '[{"BATCH":"VARCHAR","PART":"VARCHAR","SHARD":"BIGINT","LINE":"BIGINT","RAW":"VARCHAR"}]')) AS r)`;

async function commit(rows: readonly Row[]): Promise<void> {
  await rig.transport.ask(INSERT, { ...RUNNING, params: [JSON.stringify(rows)] });
}

beforeAll(async () => {
  sql = await startContractServer();
});

afterAll(async () => {
  await sql[Symbol.asyncDispose]();
});

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "millrace-streaming-"));
  server = await new StreamingServer({
    onCommit: commit,
    onRequest: (operation, done) => onRequest(operation, done),
  }).listen();
  const keyFile = (name: string, key: ContractServer["privateKey"]): string => {
    const path = join(folder, name);
    writeFileSync(path, key.export({ type: "pkcs8", format: "pem" }));
    return path;
  };
  options = {
    sql: sql.base,
    sqlKey: keyFile("sql.p8", sql.privateKey),
    streaming: server.base,
    streamingKey: keyFile("streaming.p8", server.privateKey),
    folder,
  };
  rig = await openRig(options);
  await rig.transport.ask(ARRIVED_TABLE, RUNNING);
});

afterEach(async () => {
  onRequest = () => {};
  await rig[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});

async function ask(text: string): ReturnType<typeof rowsOf> {
  return await rowsOf(await rig.transport.ask(text, RUNNING));
}

const cut = (given: Omit<Places, "folder">): MadeCut => cutOf({ folder, ...given });
/** Texts that no packing makes shorter. */
const noise = (bytes: number) => () => randomBytes(bytes).toString("base64");
const THREE = [
  { shard: 0, first: 1, last: 40 },
  { shard: 1, first: 7, last: 9 },
  { shard: 5, first: 100, last: 130 },
];

/** Rows that are there, and different ones among them, of every cut. */
const COUNTS =
  "SELECT PART, count(*), count(DISTINCT BATCH || LINE) FROM _ARRIVED GROUP BY PART ORDER BY PART";

describe("a cut sent through channels", () => {
  it.each(["csv", "ndjson"] as const)(
    "of %s is there as it stood, by shard and line",
    async (format) => {
      await rig.bring(cut({ cut: 1, ranges: THREE, format, letters: 2 }));
      expect(await ask(COUNTS)).toEqual([
        ["letters", 2, 2],
        ["rows", 74, 74],
      ]);
      const [[line, raw] = []] = await ask(
        "SELECT LINE, RAW FROM _ARRIVED WHERE SHARD = 5 ORDER BY LINE DESC LIMIT 1",
      );
      const shop = `it's "5"\\ \n é 130`;
      const told = JSON.parse(String(raw)) as unknown;
      expect(line).toBe(65);
      expect(told).toEqual(
        format === "csv"
          ? [shop, "32.5", "e5-130", "5", "130", AT, null]
          : { shop, price: 32.5, _event_id: "e5-130", _shard: 5, _sequence: 130, _accepted_at: AT },
      );
      expect(server.channels).toEqual([
        "MILLRACE-FOLDER_2D1-SALES-0",
        "MILLRACE-FOLDER_2D1-SALES-1",
        "MILLRACE-FOLDER_2D1-SALES-5",
        "MILLRACE-FOLDER_2D1-SALES-LETTERS",
      ]);
    },
  );

  it("is sent in requests of bounded size, each shown the token of the one before", async () => {
    await rig.bring(
      cut({ cut: 1, ranges: [{ shard: 0, first: 1, last: 40 }], shop: noise(150_000) }),
    );
    expect(server.heard.filter((operation) => operation === "append").length).toBe(3);
    expect(await ask(COUNTS)).toEqual([["rows", 40, 40]]);
  });

  it("that is there already is not sent again", async () => {
    const made = cut({ cut: 1, ranges: THREE });
    await rig.bring(made);
    server.heard.length = 0;
    await rig.bring(made);
    expect(server.heard.filter((operation) => operation === "append")).toEqual([]);
    expect(await ask(COUNTS)).toEqual([["rows", 74, 74]]);
  });

  it("once more or late leaves neither channel nor row behind, and those of its turn alone", async () => {
    const made = cut({ cut: 1, ranges: THREE, letters: 1 });
    await rig.bring(made);
    const before = server.channels;
    {
      await using again = await rig.bring(made, false);
      expect(await ask(COUNTS)).toEqual([
        ["letters", 2, 2],
        ["rows", 148, 148],
      ]);
      expect(again.taken.length).toBe(2);
    }
    expect(server.channels).toEqual(before);
    expect(await ask("SELECT DISTINCT split_part(BATCH, '/', 1) FROM _ARRIVED")).toEqual([["cut"]]);
  });
});

const FAULTS: readonly (readonly [string, Trouble])[] = [
  ["an append whose answer is lost", { on: "append", kind: "lost" }],
  ["an append that nobody heard", { on: "append", kind: "unheard" }],
  ["an opening whose answer is lost", { on: "open", kind: "lost" }],
  ["a status that is lost", { on: "state", kind: "lost" }],
  ["429", { on: "append", kind: { status: 429, retryAfter: "1" } }],
  ["503 for an append", { on: "append", kind: { status: 503 } }],
  ["500 for an opening", { on: "open", kind: { status: 500 } }],
  ["a channel that was invalidated", { on: "append", kind: "invalidated" }],
  [
    "a stale token",
    { on: "append", kind: { status: 400, code: "STALE_CONTINUATION_TOKEN_SEQUENCER" } },
  ],
  ["a stale pipe", { on: "append", kind: { status: 400, code: "STALE_PIPE_CACHE" } }],
];

describe("a cut", () => {
  it.each(FAULTS)("comes through once in spite of %s", async (_what, trouble) => {
    // In the middle of several requests as well as in the first.
    let appends = 0;
    onRequest = (operation, done) => {
      appends += operation === "append" && done ? 1 : 0;
      if (appends === 2 && server.troubles.length === 0 && operation === "append" && done) {
        server.troubles.push(trouble);
      }
    };
    server.troubles.push(trouble);
    await using small = await openRig({ ...options, requestBytesMax: 3000 });
    await small.bring(cut({ cut: 1, ranges: [{ shard: 0, first: 1, last: 60 }], letters: 3 }));
    expect(appends).toBeGreaterThan(4);
    await small.bring(cut({ cut: 2, ranges: [{ shard: 0, first: 61, last: 80 }] }));
    expect(await ask(COUNTS)).toEqual([
      ["letters", 3, 3],
      ["rows", 80, 80],
    ]);
  });

  it("comes through when the scoped token is over", async () => {
    await rig.bring(cut({ cut: 1, ranges: THREE }));
    server.endTokens();
    await rig.bring(cut({ cut: 2, ranges: [{ shard: 0, first: 41, last: 50 }] }));
    expect(await ask(COUNTS)).toEqual([["rows", 84, 84]]);
    expect(server.heard.filter((operation) => operation === "token").length).toBe(2);
  });

  it("is sent whole again where Snowflake forgot its channels, and what was there of it goes", async () => {
    const made = cut({ cut: 1, ranges: THREE });
    await rig.bring(made);
    server.forgetChannels();
    await rig.bring(made);
    expect(await ask(COUNTS)).toEqual([["rows", 74, 74]]);
  });

  it("is refused where a channel has a token that we cannot have written, and nothing is sent", async () => {
    for (const token of ["41", "file.log:20", "-1", "9007199254740993"]) {
      server.writeToken("MILLRACE-FOLDER_2D1-SALES-0", token);
      const refused = rig.bring(cut({ cut: 1, ranges: THREE }));
      await expect(refused).rejects.toMatchObject({
        code: "STREAMING_TOKEN_UNEXPLAINED",
        retry: true,
      });
      await expect(refused).rejects.toThrow(`has offset token ${token}`);
    }
    expect(await ask(COUNTS)).toEqual([]);
  });

  it("of which the pipe refuses a row fails with its reason", async () => {
    server.troubles.push({ on: "append", kind: "row refused" });
    const refused = rig.bring(cut({ cut: 1, ranges: THREE }));
    await expect(refused).rejects.toMatchObject({ code: "LOAD_FAILED" });
    await expect(refused).rejects.toThrow("the pipe refused 1 row(s): a value does not fit");
  });

  it("with a row larger than a request is refused by name", async () => {
    const refused = rig.bring(
      cut({ cut: 1, ranges: [{ shard: 0, first: 1, last: 1 }], shop: noise(4_000_000) }),
    );
    await expect(refused).rejects.toMatchObject({ code: "LOAD_REFUSED" });
    await expect(refused).rejects.toThrow("sales/y=2026/1.csv");
    expect(server.heard).not.toContain("append");
  });

  it("is given up where its channel is taken away again and again", async () => {
    onRequest = (operation, done) => {
      if (operation === "open" && done) {
        server.troubles.push({ on: "append", kind: "invalidated" });
      }
    };
    const refused = rig.bring(cut({ cut: 1, ranges: THREE }));
    await expect(refused).rejects.toThrow("is taken from us again and again");
  });
});

const KILLS = Math.min(40, Number(process.env["MILLRACE_TEST_KILLS"] ?? 12));

it(`sends every row once when its process is killed at ${KILLS} requests`, async () => {
  const cuts = Array.from({ length: 12 }, (_cut, at) =>
    cut({
      cut: at + 1,
      ranges: [
        { shard: 0, first: 1 + at * 30, last: 30 + at * 30 },
        { shard: 1, first: 1 + at * 5, last: 5 + at * 5 },
      ],
      letters: at % 3,
    }),
  );
  const told = join(folder, "told.json");
  writeFileSync(told, JSON.stringify({ ...options, cuts }));
  const victim = join(import.meta.dirname, "streaming-victim.ts");
  let exit: number | null = null;
  let kills = 0;
  while (exit !== 0) {
    const child = spawn(process.execPath, [victim, told, join(folder, "ledger")], {
      stdio: "inherit",
    });
    // Alternately before a request is carried out and after, at another one each time.
    let left = kills < KILLS ? 3 + ((kills * 7) % 11) : Number.POSITIVE_INFINITY;
    onRequest = (operation, done) => {
      left -=
        operation !== "hostname" && operation !== "token" && done === (kills % 2 === 0) ? 1 : 0;
      if (left === 0) {
        child.kill("SIGKILL");
      }
    };
    [exit] = (await once(child, "exit")) as [number | null];
    kills += exit === null ? 1 : 0;
    expect(exit === null || exit === 0).toBe(true);
  }
  expect(kills).toBeGreaterThan(0);
  const rows = cuts.reduce((sum, { manifest }) => sum + (manifest.object?.records ?? 0), 0);
  const letters = cuts.reduce((sum, { manifest }) => sum + (manifest.failed?.records ?? 0), 0);
  expect(await ask(COUNTS)).toEqual([
    ["letters", letters, letters],
    ["rows", rows, rows],
  ]);
});
