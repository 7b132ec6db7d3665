/** The SQL API's client against the contract's server: logins, waits, repeats, partitions, scripts and their ends. */

import { writeFileSync } from "node:fs";
import { generateKeyPairSync } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { systemClock, toInstant } from "../../src/base/clock.ts";
import { Http } from "../../src/stages/warehouse/snowflake/client/http.ts";
import { openCredentials } from "../../src/stages/warehouse/snowflake/client/key-pair.ts";
import { rowsOf, StatementRefused } from "../../src/stages/warehouse/snowflake/client/transport.ts";
import { type ContractServer, startContractServer } from "./contract-server.ts";
import { ACCOUNT, USER } from "./key-proof.ts";
import { type Client, openClient, PASSPHRASE } from "./open-client.ts";

let server: ContractServer;
let client: Client;
const RUNNING = { timeoutMs: 30_000 };
const WIDE = "SELECT range AS n FROM range(1234)";

beforeAll(async () => {
  server = await startContractServer();
  client = openClient(server);
});

afterAll(async () => {
  client[Symbol.dispose]();
  await server[Symbol.asyncDispose]();
});

beforeEach(() => {
  server.troubles.length = 0;
  server.ran.length = 0;
  server.syncMs = 200;
  server.heard.length = 0;
  client.waits.length = 0;
});

async function ask(sql: string): ReturnType<typeof rowsOf> {
  return await rowsOf(await client.transport.ask(sql, RUNNING));
}

describe("a statement", () => {
  it("runs where the address says, in UTC, under a time-out of whole seconds", async () => {
    expect(await ask("SELECT 1 AS a")).toEqual([[1]]);
    expect(server.ran[0]).toEqual({
      statement: "SELECT 1 AS a",
      timeout: 30,
      database: "MARKET",
      schema: "RAW",
      warehouse: "WH",
      role: "LOADER",
      parameters: { TIMEZONE: "UTC" },
    });
  });

  it("gives every type as the seam's cells", async () => {
    const sql = `SELECT 1, 9007199254740993, 12.50::DECIMAL(10, 2), 12345678901234567890.5::DECIMAL(38, 1), 0.1::DOUBLE,
      true, 'x', '', DATE '1969-12-31', TIMESTAMP '2026-01-02 03:04:05.5', TIMESTAMP '1969-12-31 23:59:59.25',
      TIMESTAMPTZ '2026-01-02 03:04:05+02', '{"a": 1}'::JSON, NULL`;
    const expected = [
      [1, 9007199254740993n, 12.5, "12345678901234567890.5", 0.1, true, "x", "", "1969-12-31"],
      ["2026-01-02T03:04:05.5Z", "1969-12-31T23:59:59.25Z", "2026-01-02T01:04:05Z"],
      ['{"a": 1}', null],
    ].flat();
    expect(await ask(sql)).toEqual([expected]);
  });

  it("is read partition by partition", async () => {
    const answer = await client.transport.ask(WIDE, RUNNING);
    expect(answer.count).toBe(1234);
    const sizes: number[] = [];
    for await (const part of answer.parts()) {
      sizes.push(part.length);
    }
    expect(sizes).toEqual([500, 500, 234]);
  });

  it("is waited for by its handle when it takes longer than an answer may", async () => {
    server.syncMs = 1;
    await ask(
      "SELECT count(*) FROM range(40000) a, range(20000) b WHERE a.range % 7 = b.range % 11",
    );
    const polls = server.heard.filter((one) => one.startsWith("GET "));
    expect(polls.length).toBeGreaterThan(0);
    expect(server.ran.length).toBe(1);
  });

  it("that Snowflake refuses is told with its number", async () => {
    const refused = ask("SELECT nope");
    await expect(refused).rejects.toBeInstanceOf(StatementRefused);
    await expect(refused).rejects.toMatchObject({ code: "000904", sqlState: "42000" });
  });

  it("is cancelled there when its reader gives up", async () => {
    const signal = AbortSignal.timeout(100);
    const endless = "SELECT count(*) FROM range(9000000) a, range(9000000) b";
    const asked = client.transport.ask(endless, { ...RUNNING, signal });
    await expect(asked).rejects.toMatchObject({ code: "QUERY_CANCELLED" });
    expect(server.cancelled.length).toBe(1);
  });
});

describe("what may pass by itself", () => {
  it.each([429, 500, 502, 503, 504])(
    "is tried again after %s, each time after a longer wait",
    async (status) => {
      server.troubles.push(
        ...Array.from({ length: 4 }, () => ({ kind: "status", status }) as const),
      );
      expect(await ask("SELECT 1")).toEqual([[1]]);
      expect(client.waits.length).toBe(4);
      client.waits.forEach((wait, at) => {
        expect(wait).toBeGreaterThanOrEqual(125 * 2 ** at);
        expect(wait).toBeLessThanOrEqual(250 * 2 ** at + 1);
      });
    },
  );

  it("is given up after seven attempts", async () => {
    const endless = Array.from({ length: 9 }, () => ({ kind: "status", status: 503 }) as const);
    server.troubles.push(...endless);
    await expect(ask("SELECT 1")).rejects.toMatchObject({ code: "WAREHOUSE_DOWN", retry: true });
    expect(client.waits.length).toBe(6);
  });

  it("runs once when its answer is lost and it is sent again", async () => {
    await ask("CREATE OR REPLACE TABLE counted (n INTEGER)");
    server.ran.length = 0;
    server.troubles.push({ kind: "lost" }, { kind: "lost" });
    await ask("INSERT INTO counted VALUES (1)");
    expect(await ask("SELECT count(*) FROM counted")).toEqual([[1]]);
    expect(server.ran.map(({ statement }) => statement)).toEqual([
      "INSERT INTO counted VALUES (1)",
      "SELECT count(*) FROM counted",
    ]);
  });
});

describe("a script", () => {
  it("is one session: its temporary tables are there, and are gone with it", async () => {
    const script = ["CREATE TEMP TABLE t AS SELECT 5 AS n", "SELECT n + 1 FROM t"];
    const [, last] = await client.transport.script(script, RUNNING);
    expect(last && (await rowsOf(last))).toEqual([[6]]);
    await expect(ask("SELECT * FROM t")).rejects.toBeInstanceOf(StatementRefused);
  });

  it("that fails in the middle of its transaction leaves nothing", async () => {
    await ask("CREATE OR REPLACE TABLE kept (n INTEGER)");
    const script = ["BEGIN TRANSACTION", "INSERT INTO kept VALUES (1)", "SELECT nope", "COMMIT"];
    await expect(client.transport.script(script, RUNNING)).rejects.toBeInstanceOf(StatementRefused);
    expect(await ask("SELECT count(*) FROM kept")).toEqual([[0]]);
  });
});

function httpOf(login: Parameters<typeof openCredentials>[0]): Http {
  const credentials = openCredentials(login, ACCOUNT, systemClock);
  return new Http({ base: server.base, account: ACCOUNT, user: USER, credentials });
}

describe("a login", () => {
  it("renews its token long before the hour is over, and at once when it is refused", async () => {
    let now = Date.now() - 3_000_000;
    using late = openClient(server, { now: () => toInstant(now) });
    await late.transport.ask("SELECT 1", RUNNING);
    now = Date.now();
    await late.transport.ask("SELECT 1", RUNNING);
    server.troubles.push({ kind: "status", status: 401, code: "390144" });
    await late.transport.ask("SELECT 1", RUNNING);
    expect(late.waits).toEqual([]);
    server.troubles.push({ kind: "status", status: 401, code: "390144" });
    server.troubles.push({ kind: "status", status: 401, code: "390144" });
    const refused = late.transport.ask("SELECT 1", RUNNING);
    await expect(refused).rejects.toMatchObject({ code: "WAREHOUSE_LOGIN" });
  });

  it("with another user's key is refused, and what is secret stays unsaid", async () => {
    const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
    const keyFile = `${client.keyFile}.other`;
    writeFileSync(keyFile, privateKey.export({ type: "pkcs8", format: "pem" }));
    const other = httpOf({ user: USER, keyFile, passphrase: undefined, token: undefined });
    const refused = other.call({ method: "POST", path: "/api/v2/statements", body: "{}" });
    await expect(refused).rejects.toMatchObject({ code: "WAREHOUSE_LOGIN" });
    await expect(refused).rejects.not.toThrow(/Bearer|eyJ/);
  });

  it.each([
    ["no key", { keyFile: undefined, passphrase: undefined }],
    ["a wrong passphrase", { passphrase: "nope" }],
    ["no passphrase", { passphrase: undefined }],
    ["no such file", { keyFile: "/nowhere/key.p8" }],
  ])("with %s says what is missing", (_what, change) => {
    const login = { user: USER, keyFile: client.keyFile, passphrase: PASSPHRASE, token: undefined };
    const open = (): unknown => openCredentials({ ...login, ...change }, ACCOUNT, systemClock);
    expect(open).toThrow("does not let loader in");
  });

  it("sends no token over a network in the open", () => {
    const credentials = {
      current: () => ({ token: "t", kind: "KEYPAIR_JWT" as const }),
      renew: () => false,
    };
    const open = (): unknown =>
      new Http({ base: "http://snow.example", account: ACCOUNT, user: USER, credentials });
    expect(open).toThrow("a token would be read on the way");
  });
});
