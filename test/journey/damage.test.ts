/** Each thing that can be damaged behind the books' back, damaged by hand: verify --deep finds it and names it. */

import { createHash } from "node:crypto";
import {
  cpSync,
  globSync,
  openSync,
  closeSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { defined } from "../../src/base/assert.ts";
import { systemClock } from "../../src/base/clock.ts";
import { Compactor, folderPlace, openLake } from "../../src/stages/lake/index.ts";
import type { Verification } from "../../src/seams/verify.ts";
import { RunningPipeline } from "./running.ts";

const running = new RunningPipeline("test/journey/held-pipeline");
const EVENTS = 900;
const CUTS = 3;
const whole = (): string => `${running.data}.whole`;

/** Every fiftieth event fails in the transform, every fiftieth is dropped by it. */
function sale(at: number): string {
  const shop = at % 50 === 7 ? "broken" : at % 50 === 9 ? "closed" : `s${at % 20}`;
  return JSON.stringify({ id: `e-${at}`, shop, price: at / 8 });
}

beforeAll(async () => {
  await running.start();
  for (let cut = 0; cut < CUTS; cut += 1) {
    const all = Array.from({ length: EVENTS / CUTS }, (_none, at) =>
      sale((cut * EVENTS) / CUTS + at),
    );
    await running.post("/v1/streams/sales/events", [...all, "not json"].join("\n"));
    await running.drain();
  }
  await running.stop();
  renameSync(running.data, whole());
});

beforeEach(() => {
  rmSync(running.data, { recursive: true, force: true });
  cpSync(whole(), running.data, { recursive: true });
});

afterAll(async () => {
  await running[Symbol.asyncDispose]();
});

interface Wrong {
  readonly code: number;
  readonly state: string;
  /** Account → its sentence and the ids it names. */
  readonly accounts: Readonly<Record<string, string>>;
  readonly ids: readonly string[];
}

function verify(): Wrong {
  const { code, out, err } = running.alone("verify", "--deep", "--json", "--data", running.data);
  expect(err).toBe("");
  return wrongIn(code, JSON.parse(out) as Verification);
}

function wrongIn(code: number, { state, findings }: Verification): Wrong {
  const wrong = findings.filter((one) => one.state !== "BALANCED");
  return {
    code,
    state,
    accounts: Object.fromEntries(wrong.map(({ account, says }) => [account, says])),
    ids: [...new Set(wrong.flatMap(({ ids }) => ids))].toSorted(),
  };
}

async function byHand(statement: string): Promise<void> {
  const instance = await DuckDBInstance.create(join(running.data, "warehouse.duckdb"));
  const connection = await instance.connect();
  await connection.run(statement);
  connection.closeSync();
  instance.closeSync();
}

function objects(folder: string): readonly string[] {
  return globSync(`lake/${folder}/**/*.ndjson`, { cwd: running.data })
    .map((name) => join(running.data, name))
    .toSorted();
}

/** The object, or the failed records, in which an event of the second cut is. */
function second(folder = "sales", id = "e-500"): string {
  const found = objects(folder).find((path) => readFileSync(path, "utf8").includes(id));
  return defined(found, "the second cut was made");
}

/** Changes an object, and its manifest with it, so that the two agree. */
function forge(path: string, edit: (text: string) => string): void {
  const text = edit(readFileSync(path, "utf8"));
  writeFileSync(path, text);
  const name = path.slice(join(running.data, "lake/").length);
  const manifests = globSync("lake/_manifests/sales/*.json", { cwd: running.data });
  for (const manifest of manifests.map((file) => join(running.data, file))) {
    const told = readFileSync(manifest, "utf8");
    const given = JSON.parse(told) as Record<string, Record<string, unknown> | undefined>;
    for (const part of [given["object"], given["failed"]]) {
      if (part?.["name"] === name) {
        part["sha256"] = createHash("sha256").update(text).digest("hex");
        part["bytes"] = Buffer.byteLength(text);
        writeFileSync(manifest, `${JSON.stringify(given)}\n`);
      }
    }
  }
}

function flip(path: string, at: number): void {
  const [byte = 0] = readFileSync(path).subarray(at);
  const file = openSync(path, "r+");
  writeSync(file, Uint8Array.of(byte ^ 1), 0, 1, at);
  closeSync(file);
}

const ROWS = "sales: lake ↔ sales";
const OBJECTS = "sales: manifests ↔ objects";
const MADE = "sales: log ↔ objects";

describe("verify --deep", () => {
  it("says BALANCED of what nobody touched, and that all three arms were compared", () => {
    const { code, out } = running.alone("verify", "--deep", "--data", running.data);
    expect(code).toBe(0);
    expect(out).toContain("900 record(s) of 3 cut(s) made again from the log are the same bytes");
    expect(out).toMatch(/864 compared by value, fingerprint [0-9a-f]+/);
  });

  it.each([
    ["edited", "UPDATE sales SET price = price + 0.125 WHERE _event_id = 'e-500'"],
    ["forged", "UPDATE sales SET _event_id = 'x' WHERE _event_id = 'e-500'"],
    ["emptied", "UPDATE sales SET shop = NULL WHERE _event_id = 'e-500'"],
  ])("names the event whose row was %s in the warehouse", async (_what, statement) => {
    await byHand(statement);
    const { code, state, accounts, ids } = verify();
    expect([code, state, Object.keys(accounts), ids]).toEqual([1, "SHORT", [ROWS], ["e-500"]]);
    expect(accounts[ROWS]).toContain(`sales has other values than ${nameOf(second())}`);
  });

  it.each([
    ["deleted", "DELETE FROM sales WHERE _event_id = 'e-500'", /lacks 1 row/],
    [
      "doubled",
      "INSERT INTO sales SELECT * FROM sales WHERE _event_id = 'e-500'",
      /more than once/,
    ],
  ])("names the event whose row was %s in the warehouse", async (what, statement, says) => {
    await byHand(statement);
    const found = verify();
    expect([found.code, found.state, found.ids.length]).toEqual([
      1,
      what === "deleted" ? "SHORT" : "OVER",
      1,
    ]);
    expect(found.accounts[ROWS]).toMatch(says);
    expect(found.accounts[ROWS]).toContain(nameOf(second()));
  });

  it("names a dead letter whose reason was edited", async () => {
    await byHand("UPDATE dead_letters SET cause = 'FORGED' WHERE _event_id = 'e-507'");
    const { state, accounts, ids } = verify();
    expect([state, ids]).toEqual(["SHORT", ["e-507"]]);
    expect(Object.keys(accounts)).toEqual(["sales: set aside ↔ dead_letters"]);
  });

  it("names a row that was deleted from a model by hand", async () => {
    await byHand("DELETE FROM latest WHERE _event_id = (SELECT min(_event_id) FROM latest)");
    const { code, accounts } = verify();
    expect(code).toBe(1);
    expect(accounts["warehouse ↔ latest"]).toContain("1 missing");
  });

  it("names an object that is gone", () => {
    rmSync(second());
    const { state, accounts } = verify();
    expect(state).toBe("SHORT");
    expect(accounts[OBJECTS]).toContain("is gone");
    expect(accounts[MADE]).toContain("288 missing");
  });

  it("names an object that was cut short, and the events behind the cut", () => {
    const path = second();
    const lines = readFileSync(path, "utf8").trim().split("\n");
    truncateSync(path, statSync(path).size - Buffer.byteLength(`${lines.at(-1)}\n`));
    const { state, accounts, ids } = verify();
    const last = JSON.parse(lines.at(-1) ?? "") as { _event_id: string };
    expect([state, ids]).toContainEqual(expect.arrayContaining([last._event_id]));
    expect(accounts[OBJECTS]).toContain(nameOf(path));
    expect(accounts[MADE]).toContain("1 missing");
  });

  it("names the event in an object that was edited, though the manifest was edited with it", () => {
    forge(second(), (text) => text.replace('"id":"e-500","shop":"s0"', '"id":"e-500","shop":"s1"'));
    const { code, state, accounts, ids } = verify();
    expect([code, state]).toEqual([1, "UNVERIFIED"]);
    expect(ids).toEqual(["e-500"]);
    expect(accounts[MADE]).toContain(`object ${nameOf(second())} lacks or has changed 1 row(s)`);
    expect(accounts[ROWS]).toContain("sha256");
  });

  it("names the letter in failed records that were edited with their manifest", () => {
    const failed = second("errors/sales", "e-507");
    forge(failed, (text) => text.replace("this shop is broken", "this shop is fine!!"));
    const { accounts, ids } = verify();
    expect(accounts[MADE]).toContain(`failed records ${nameOf(failed)}`);
    expect(accounts["sales: set aside ↔ dead_letters"]).toContain("other values");
    expect(ids.length).toBeGreaterThan(0);
  });

  it("names the segment that has a flipped byte, also when nothing runs on it", async () => {
    const segment = defined(
      globSync("stream/sales/*", { cwd: running.data }).find((name) => !name.endsWith(".json")),
      "the log has a segment",
    );
    const path = join(running.data, segment);
    const at = readFileSync(path).indexOf('"e-301"');
    await running.start();
    const place = running.ask(
      "SELECT concat('sales.', _shard, '.', _sequence) FROM sales WHERE _event_id = 'e-301'",
    );
    flip(path, at);
    const live = running.cli("verify", "--deep", "--json");
    const { state, accounts, ids } = wrongIn(live.code, JSON.parse(live.out) as Verification);
    await running.kill();
    const log = accounts["sales: log ↔ lake"];
    expect(state).toBe("UNVERIFIED");
    expect(log).toContain(segment.split("/").at(-1));
    expect(log).toMatch(/missing: the log itself lacks numbers? \d+/);
    expect(ids).toContain(place);
    const offline = verify();
    expect(offline.accounts["sales: log ↔ lake"]).toContain(segment.split("/").at(-1));
    expect([offline.code, offline.state]).toEqual([1, "UNVERIFIED"]);
  });
});

async function compact(): Promise<void> {
  const place = folderPlace(join(running.data, "lake"));
  await using lake = await openLake({ place, writes: true });
  const { inner: store, shelf, announcements } = lake;
  const compactor = new Compactor({ store, shelf, announcements, clock: systemClock });
  await compactor.turn("sales", CUTS, { compaction: "on", target: 1_048_576, after: 0 });
  expect(compactor.meter()).toMatchObject({ packs: 2, objects: 2 * CUTS });
}

describe("a lake whose objects were put together", () => {
  it("balances and gives the same warehouse, and what a pack lost is named", async () => {
    await compact();
    expect(objects("sales")).toEqual([]);
    expect(verify()).toMatchObject({ code: 0, state: "BALANCED" });
    const rebuilt = running.alone("rebuild", "--verify", "--data", running.data, "--json");
    expect([rebuilt.code, rebuilt.err]).toEqual([0, expect.anything()]);
    const [pack = ""] = objects("compacted/sales");
    truncateSync(pack, statSync(pack).size - 10);
    const { code, accounts } = verify();
    expect(code).toBe(1);
    expect(accounts[OBJECTS]).toMatch(/object sales\/.* has [\d,]+ bytes instead of/);
    expect(accounts[MADE]).toContain("1 missing");
    const mended = running.alone("replay", "sales", "--data", running.data, "--json");
    expect([mended.code, verify().state]).toEqual([0, "BALANCED"]);
  });
});

function nameOf(path: string): string {
  return path.slice(join(running.data, "lake/").length);
}
