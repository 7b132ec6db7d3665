/** The warehouse from the lake, the lake from the log: what was broken by hand is named, brought back, and balanced. */

import { spawn } from "node:child_process";
import { existsSync, globSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { assert, defined } from "../../src/base/assert.ts";
import type { Verification } from "../../src/seams/verify.ts";
import { pause, RunningPipeline } from "./running.ts";

const running = new RunningPipeline("test/journey/held-pipeline");
const EVENTS = 3000;
const CUTS = 3;
const warehouse = (ending = ""): string => join(running.data, `warehouse.duckdb${ending}`);

/** Every fiftieth event fails in the transform, every fiftieth is dropped by it; a field is beside the schema. */
function sale(at: number): string {
  const shop = at % 50 === 7 ? "broken" : at % 50 === 9 ? "closed" : `s${at % 20}`;
  return JSON.stringify({
    id: `e-${at}`,
    shop,
    price: at / 8,
    note: at % 3 === 0 ? "n" : undefined,
  });
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
});

afterAll(async () => {
  await running[Symbol.asyncDispose]();
});

interface Answer {
  readonly code: number;
  readonly err: string;
  readonly body: Readonly<Record<string, unknown>>;
}

/** Runs a command on the data folder and reads its JSON. */
function offline(...args: readonly string[]): Answer {
  const { code, out, err } = running.alone(...args, "--data", running.data, "--json");
  return { code, err, body: JSON.parse(out === "" ? "{}" : out) as Answer["body"] };
}

async function byHand(...statements: readonly string[]): Promise<void> {
  const instance = await DuckDBInstance.create(warehouse());
  const connection = await instance.connect();
  for (const statement of statements) {
    await connection.run(statement);
  }
  connection.closeSync();
  instance.closeSync();
}

function objects(): readonly string[] {
  return globSync("lake/{sales,errors/sales}/**/*.ndjson", { cwd: running.data })
    .map((name) => join(running.data, name))
    .toSorted();
}

function wrongIn(verification: unknown): Readonly<Record<string, readonly string[]>> {
  const { findings } = verification as Verification;
  const wrong = findings.filter(({ state }) => state !== "BALANCED");
  return Object.fromEntries(wrong.map(({ account, ids }) => [account, ids.toSorted()]));
}

/** What the books, and then a rebuild, find wrong. */
function allWrong(): readonly unknown[] {
  const books = wrongIn(offline("verify", "--deep").body);
  const { code, body } = offline("rebuild", "--verify");
  const { rows, swapped } = body;
  return [books, wrongIn(body["verification"]), { code, rows, swapped }];
}

const NOTHING_WRONG = [{}, {}, { code: 0, rows: 2880 + CUTS, swapped: true }];

describe("rebuild", () => {
  // Each test begins with a warehouse that is right.
  beforeEach(() => {
    const { code, err } = offline("rebuild");
    assert(code === 0, `a rebuild mends everything: ${err}`);
  });

  it("proves the live warehouse equal, though it loaded and modelled bit by bit", () => {
    expect(allWrong()).toEqual(NOTHING_WRONG);
  });

  it("names what was deleted and changed by hand, and swaps only when told to", async () => {
    await byHand(
      "DELETE FROM sales WHERE _event_id IN ('e-11', 'e-2012')",
      "UPDATE sales SET price = price + 1 WHERE _event_id = 'e-500'",
      "INSERT INTO latest SELECT * FROM latest LIMIT 1",
    );
    expect(offline("verify").body).toMatchObject({ state: "SHORT" });
    const refused = offline("rebuild", "--verify");
    expect(refused).toMatchObject({ code: 1, body: { swapped: false } });
    const { "latest: lake ↔ live": latest, ...raw } = wrongIn(refused.body["verification"]);
    expect(latest).toHaveLength(1);
    expect(raw).toEqual({ "sales: lake ↔ live": ["e-11", "e-2012", "e-500"] });
    expect(offline("verify").body).toMatchObject({ state: "SHORT" });
    expect(offline("rebuild", "--verify", "--yes")).toMatchObject({
      code: 0,
      body: { swapped: true, before: warehouse(".before") },
    });
    expect(allWrong()).toEqual(NOTHING_WRONG);
  });

  it("replaces a warehouse that cannot be opened any more, and keeps it until the next start", async () => {
    writeFileSync(warehouse(), "no database");
    expect(offline("rebuild", "--verify")).toMatchObject({ code: 1 });
    expect(offline("rebuild")).toMatchObject({ code: 0 });
    expect(readFileSync(warehouse(".before"), "utf8")).toBe("no database");
    await running.start();
    expect(existsSync(warehouse(".before"))).toBe(false);
    await running.post("/v1/streams/sales/events", sale(EVENTS + 7));
    await running.drain();
    const { code, err } = running.alone("rebuild", "--data", running.data);
    expect({ code, next: err.includes("Stop that process") }).toEqual({ code: 4, next: true });
    await running.stop();
    expect(offline("verify").code).toBe(0);
  });

  it("leaves one whole warehouse wherever it is killed", async () => {
    for (let waitMs = 150; waitMs <= 900; waitMs += 150) {
      const launcher = join(import.meta.dirname, "../../bin/millrace.cjs");
      const args = [launcher, "rebuild", "--data", running.data];
      const child = spawn(process.execPath, args, { detached: true, stdio: "ignore" });
      const ended = new Promise((resolve) => child.once("close", resolve));
      await pause(waitMs);
      if (child.exitCode === null) {
        process.kill(-defined(child.pid, "it was started"), "SIGKILL");
      }
      await ended;
      expect(offline("verify")).toMatchObject({ code: 0, body: { state: "BALANCED" } });
    }
    expect(globSync("*.rebuild*", { cwd: running.data })).toEqual([]);
  });
});

describe("replay", () => {
  it("brings rows and letters back, once", async () => {
    await byHand(
      "DELETE FROM sales WHERE _sequence % 9 = 0",
      "DELETE FROM dead_letters WHERE stage = 'transform'",
      "DELETE FROM latest WHERE shop = 's3'",
    );
    expect(offline("verify").body).toMatchObject({ state: "SHORT" });
    const first = offline("replay", "sales");
    expect(first).toMatchObject({ code: 0, body: { objects: [], models: 1, unable: [] } });
    expect(Number(first.body["rows"])).toBeGreaterThan(300);
    expect(offline("replay", "sales").body).toMatchObject({ rows: 0, models: 0 });
    expect(offline("verify", "--deep").code).toBe(0);
    expect(offline("rebuild", "--verify").code).toBe(0);
  });

  it("makes objects again that are gone or damaged, byte for byte", () => {
    const names = objects();
    const before = names.map((name) => readFileSync(name, "utf8"));
    expect(names.length).toBeGreaterThan(2 * CUTS);
    names.forEach((name, at) =>
      at % 2 === 0 ? rmSync(name) : writeFileSync(name, "changed by hand"),
    );
    const { code, err } = running.alone("rebuild", "--data", running.data);
    expect({ code, next: err.includes("millrace replay STREAM") }).toEqual({ code: 4, next: true });
    expect(offline("replay", "sales", "--to", "2000-01-01").body).toMatchObject({ cuts: 0 });
    const replayed = offline("replay", "sales", "--from", "2000-01-01");
    expect(replayed).toMatchObject({ code: 0, body: { rows: 0, unable: [] } });
    expect(replayed.body["objects"]).toHaveLength(names.length);
    expect(objects().map((name) => readFileSync(name, "utf8"))).toEqual(before);
    expect(offline("verify", "--deep").code).toBe(0);
  });

  it("says which cut it cannot bring back", () => {
    const [manifest] = globSync("lake/_manifests/sales/*.json", { cwd: running.data }).toSorted();
    const path = join(running.data, defined(manifest, "there is one"));
    const text = readFileSync(path);
    rmSync(path);
    const replayed = offline("replay", "sales");
    expect(replayed.code).toBe(1);
    expect(replayed.body["unable"]).toMatchObject([{ cut: 1 }]);
    expect(running.alone("rebuild", "--data", running.data).err).toContain("manifest 1 of stream");
    writeFileSync(path, text);
    expect(offline("replay", "sales").code).toBe(0);
  });

  it("knows its streams", () => {
    const { code, err } = running.alone("replay", "nothing", "--data", running.data);
    expect({ code, known: err.includes("sales, returns") }).toEqual({ code: 4, known: true });
  });
});
