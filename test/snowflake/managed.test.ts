/** `verify --managed` and `status --managed` over the SQL API's contract: what Snowflake documents of pipes, as findings and refreshes. */

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { toInstant } from "../../src/base/clock.ts";
import { toWarehouseAddress } from "../../src/base/warehouse-address.ts";
import { paintFor } from "../../src/cli/show/paint.ts";
import { showPipes } from "../../src/cli/show/pipes.ts";
import { runtimeDoors } from "../../src/cli/doors.ts";
import { runCommand, scriptedWorld } from "../../src/cli/scripted-world.ts";
import { pipesOf } from "../../src/deploy/snowflake/pipes.ts";
import { loadPlan } from "../../src/plan/load-plan.ts";
import type { ManagedPlace } from "../../src/runtime/managed/look.ts";
import { statusManaged } from "../../src/runtime/managed/status-managed.ts";
import { verifyManaged } from "../../src/runtime/managed/verify-managed.ts";
import type { ManagedStatus } from "../../src/seams/pipe.ts";
import type { Verification } from "../../src/seams/verify.ts";
import { type ContractServer, startContractServer } from "./contract-server.ts";
import { ACCOUNT, USER } from "./key-proof.ts";

const NOW = Date.UTC(2026, 10, 26, 12);
const people = join(import.meta.dirname, "../../examples/people");
let folder: string;
let server: ContractServer;
let now: number;

beforeAll(async () => {
  server = await startContractServer();
  // The client tells its time by the same clock as the test, so that no date of the calendar ends its tokens.
  server.now = () => now;
  folder = mkdtempSync(join(tmpdir(), "millrace-managed-"));
  const keyFile = join(folder, "key.p8");
  writeFileSync(keyFile, server.privateKey.export({ type: "pkcs8", format: "pem" }));
  process.env["SNOWFLAKE_USER"] = USER;
  process.env["SNOWFLAKE_PRIVATE_KEY_FILE"] = keyFile;
});

afterAll(async () => {
  delete process.env["SNOWFLAKE_USER"];
  delete process.env["SNOWFLAKE_PRIVATE_KEY_FILE"];
  await server[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});

const text = (name: string): { name: string; type: string } => ({ name, type: "text" });
const count = (name: string): { name: string; type: string; scale: number } => ({
  name,
  type: "fixed",
  scale: 0,
});

function plant(
  pattern: RegExp,
  types: readonly { name: string; type: string }[],
  rows: (string | null)[][],
): void {
  server.planted.unshift({ pattern, result: { types, rows } });
}

const LISTED = [text("name"), count("size"), text("md5"), text("last_modified")];
const COPIED = [
  text("FILE_NAME"),
  text("STATUS"),
  count("ROW_COUNT"),
  count("ROW_PARSED"),
  count("ERROR_COUNT"),
  text("MESSAGE"),
];
const gmt = (at: number): string => new Date(at).toUTCString();

function status(state: object): void {
  plant(/SYSTEM\$PIPE_STATUS/, [text("S")], [[JSON.stringify(state)]]);
}

beforeEach(() => {
  now = NOW;
  server.planted.length = 0;
  server.ran.length = 0;
  rmSync(join(folder, "refreshed.json"), { force: true });
  status({ executionState: "RUNNING", pendingFileCount: 0 });
  plant(/^LIST/, LISTED, []);
  plant(/COPY_HISTORY/, COPIED, []);
  plant(/GROUP BY _object/, [text("O"), count("N")], []);
  plant(/^LIST @MARKET\.RAW\.DATA/, LISTED, [
    ["s3://people-data/data/a.gz", "10", "x", gmt(NOW - 7_200_000)],
    ["s3://people-data/data/b.gz", "10", "x", gmt(NOW - 3_600_000)],
  ]);
  // The history names files behind the pipe's prefix, the table from the bucket on.
  plant(/COPY_HISTORY\(TABLE_NAME => 'MARKET\.RAW\.raw_people'/, COPIED, [
    ["a.gz", "Loaded", "3", "3", "0", null],
  ]);
  plant(/FROM MARKET\.RAW\.raw_people GROUP/, [text("O"), count("N")], [["data/a.gz", "3"]]);
});

async function place(): Promise<ManagedPlace> {
  const plan = await loadPlan(people);
  const address = toWarehouseAddress(`snowflake://${ACCOUNT}/MARKET/RAW?endpoint=${server.base}`);
  const clock = { now: () => toInstant(now) };
  return { address, pipes: pipesOf(plan, address.database), clock };
}

async function verify(refresh: boolean): Promise<Verification> {
  return await verifyManaged({
    ...(await place()),
    refresh,
    marks: join(folder, "refreshed.json"),
  });
}

const refreshes = (): readonly unknown[] =>
  server.ran
    .map(({ statement }) => statement)
    .filter((sql) => String(sql).startsWith("ALTER PIPE"));

it("names the object that no notification told of, and queues it when asked to, once in half an hour", async () => {
  const first = await verify(false);
  expect(first.state).toBe("SHORT");
  expect(first.findings.map(({ account, state }) => [account, state])).toEqual([
    ["people: bucket ↔ pipe ↔ MARKET.RAW.raw_people", "SHORT"],
    ["dead_letters: bucket ↔ pipe ↔ MARKET.RAW.DEAD_LETTERS", "BALANCED"],
  ]);
  expect(first.findings[0]?.says).toContain(
    "data/b.gz the oldest, no notification reached MARKET.RAW.LOAD_PEOPLE",
  );
  expect(refreshes()).toEqual([]);
  plant(/^ALTER PIPE/, [text("File"), text("Status")], [["b.gz", "SENT"]]);
  const second = await verify(true);
  expect(second.findings[0]?.says).toContain("Refreshed: 1 object(s) are queued");
  expect(refreshes()).toEqual([
    "ALTER PIPE MARKET.RAW.LOAD_PEOPLE REFRESH MODIFIED_AFTER = '2026-11-26T10:59:59.000Z'",
  ]);
  now += 60_000;
  const third = await verify(true);
  expect(third.findings[0]?.says).toContain("the next refresh is due in 29 min");
  now += 1_800_000;
  await verify(true);
  expect(refreshes().length).toBe(2);
});

it("balances once the pipe has loaded it", async () => {
  plant(/COPY_HISTORY\(TABLE_NAME => 'MARKET\.RAW\.raw_people'/, COPIED, [
    ["a.gz", "Loaded", "3", "3", "0", null],
    ["data/b.gz", "Loaded", "2", "2", "0", null],
  ]);
  plant(
    /FROM MARKET\.RAW\.raw_people GROUP/,
    [text("O"), count("N")],
    [
      ["data/a.gz", "3"],
      ["data/b.gz", "2"],
    ],
  );
  const { state, findings } = await verify(true);
  expect(findings[0]).toMatchObject({ state: "BALANCED", expected: 5, found: 5 });
  expect(state).toBe("BALANCED");
  expect(refreshes()).toEqual([]);
});

it("tells files that failed with their first error, and a pipe that stands still with its own", async () => {
  plant(/COPY_HISTORY\(TABLE_NAME => 'MARKET\.RAW\.raw_people'/, COPIED, [
    ["a.gz", "Loaded", "3", "3", "0", null],
    ["b.gz", "Partially loaded", "1", "2", "1", "Numeric value 'x' is not recognized"],
  ]);
  plant(
    /FROM MARKET\.RAW\.raw_people GROUP/,
    [text("O"), count("N")],
    [
      ["data/a.gz", "3"],
      ["data/b.gz", "1"],
    ],
  );
  expect((await verify(true)).findings[0]?.says).toContain(
    "1 row(s) of data/b.gz were left out: Numeric value 'x'",
  );
  status({
    executionState: "STALLED_STAGE_PERMISSION_ERROR",
    pendingFileCount: 1,
    error: "Access Denied",
  });
  const { state, findings } = await verify(true);
  expect(state).toBe("UNVERIFIED");
  expect(findings[0]?.says).toContain(
    "MARKET.RAW.LOAD_PEOPLE is STALLED_STAGE_PERMISSION_ERROR: Access Denied",
  );
});

it("is UNVERIFIED where Snowflake refuses to answer", async () => {
  server.planted.splice(
    server.planted.findIndex(({ pattern }) => pattern.source === "^LIST"),
    1,
  );
  const { state, findings } = await verify(false);
  expect(state).toBe("UNVERIFIED");
  expect(findings[1]?.state).toBe("UNVERIFIED");
  expect(findings[0]?.state).toBe("SHORT");
});

const shown = async (): Promise<string> =>
  showPipes(await statusManaged(await place()), paintFor(scriptedWorld().stdout, {}));

it("shows each pipe's state, last load, what is queued and the oldest object that waits", async () => {
  status({
    executionState: "PAUSED",
    pendingFileCount: 2,
    lastIngestedTimestamp: new Date(NOW - 300_000).toISOString(),
  });
  expect(await shown()).toMatchInlineSnapshot(`
    "pipe                          state   last load  rows  queued  waiting  oldest waiting        books
    MARKET.RAW.LOAD_PEOPLE        PAUSED  5 min ago     3       2        1  data/b.gz 60 min ago  UNVERIFIED
    MARKET.RAW.LOAD_DEAD_LETTERS  PAUSED  5 min ago     0       2        0                        UNVERIFIED

    trouble  MARKET.RAW.LOAD_PEOPLE: MARKET.RAW.LOAD_PEOPLE is PAUSED.
    trouble  MARKET.RAW.LOAD_DEAD_LETTERS: MARKET.RAW.LOAD_DEAD_LETTERS is PAUSED.
    "
  `);
  expect(refreshes()).toEqual([]);
});

it("shows a pipe that never loaded, and one that could not be looked at", async () => {
  plant(/^LIST @MARKET\.RAW\.ERRORS/, LISTED, [["s3://e/error/x", "1", "x", "no time"]]);
  expect(await shown()).toMatchInlineSnapshot(`
    "pipe                          state      last load  rows  queued  waiting  oldest waiting        books
    MARKET.RAW.LOAD_PEOPLE        RUNNING    never         3       0        1  data/b.gz 60 min ago  SHORT
    MARKET.RAW.LOAD_DEAD_LETTERS  not known                                                          UNVERIFIED

    trouble  MARKET.RAW.LOAD_PEOPLE: 1 missing: of 1 object(s), data/b.gz the oldest, no notification reached MARKET.RAW.LOAD_PEOPLE: --refresh queues them.
    trouble  MARKET.RAW.LOAD_DEAD_LETTERS: The warehouse refuses the query: LIST gives no time as a time
    "
  `);
});

it("is what the command prints, and is not watched", async () => {
  const address = `snowflake://${ACCOUNT}/MARKET?endpoint=${server.base}`;
  now = Date.now();
  const args = ["status", "--managed", address, "--pipeline", people];
  const { code, out } = await runCommand([...args, "--json"], scriptedWorld(), runtimeDoors);
  expect(code).toBe(0);
  expect((JSON.parse(out) as ManagedStatus).pipes.map(({ pipe }) => pipe)).toEqual([
    "MARKET.RAW.LOAD_PEOPLE",
    "MARKET.RAW.LOAD_DEAD_LETTERS",
  ]);
  const watched = await runCommand([...args, "--watch"], scriptedWorld(), runtimeDoors);
  expect(watched.code).toBe(2);
  expect(watched.err).toContain("--watch is not for --managed");
});
