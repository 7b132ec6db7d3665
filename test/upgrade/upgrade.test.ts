/** Data folders of earlier versions: opened, brought to their end, balanced. Those of a later version: refused, untouched. */

import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  cpSync,
  globSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { assert } from "../../src/base/assert.ts";
import { DATA_VERSIONS } from "../../src/base/data-versions.ts";
import { RunningPipeline } from "../journey/running.ts";

/** What `make.ts` posted: of eight lines of an order one is dropped and one fails. */
const ORDERS = 7;
const ROWS = ORDERS * 6;
const KEPT = ["first"];

let running: RunningPipeline;

beforeEach(() => {
  running = new RunningPipeline("test/upgrade/pipeline");
});

afterEach(async () => {
  await running[Symbol.asyncDispose]();
});

/** A kept folder as it was when its pipeline was killed: segments have their zeros again. */
function unpack(name: string): void {
  const archive = join(import.meta.dirname, `${name}.tar.gz`);
  const { status } = spawnSync("tar", ["-xzf", archive, "-C", running.folder]);
  assert(status === 0, "tar unpacks the folder");
  for (const segment of globSync("stream/*/*.segment", { cwd: running.data })) {
    const identity = readFileSync(join(running.data, segment, "../stream.json"), "utf8");
    const { segmentBytes } = JSON.parse(identity) as { segmentBytes: number };
    truncateSync(join(running.data, segment), segmentBytes);
  }
}

const COUNTS = `select (select count(*) from orders) as orders, (select count(distinct _event_id) from orders) as ids,
  (select count(*) from order_lines) as lines, (select count(*) from visits) as visits,
  (select count(distinct tick) from ticks) as ticks, (select count(*) from ticks) as tick_rows,
  (select count(*) from dead_letters) as letters`;

describe.each(KEPT)("the data folder of version %s", (name) => {
  it("is opened, what was on its way arrives, and it balances", async () => {
    unpack(name);
    await running.start();
    await running.drain(120_000);
    const counts = { orders: ROWS, ids: ROWS, lines: ROWS, visits: 6, ticks: 40, tick_rows: 40 };
    expect(await running.rows(COUNTS)).toEqual([{ ...counts, letters: ORDERS + 6 }]);
    const deep = running.cli("verify", "--deep");
    expect([deep.code, deep.out]).toEqual([0, expect.stringContaining("BALANCED")]);
    const { secret } = JSON.parse(
      readFileSync(join(import.meta.dirname, `${name}.json`), "utf8"),
    ) as { secret: string };
    expect([await postWith(secret), await postWith(`${secret}x`)]).toEqual([202, 401]);
    await running.drain();
    expect(await running.stop()).toBe(0);
    await running.start();
    expect(await running.rows(COUNTS)).toMatchObject([{ orders: ROWS + 1, lines: ROWS + 1 }]);
    expect(running.cli("verify", "--deep").out).toContain("BALANCED");
    expect(DATA_VERSIONS).toMatchObject(databaseVersions());
    expect(databaseVersions()).toHaveProperty(["delivery.sqlite"]);
  });
});

/** Of every database in the folder but the lock, whose format is among its facts. */
function databaseVersions(): Readonly<Record<string, unknown>> {
  const files = globSync("**/*.sqlite", { cwd: running.data });
  return Object.fromEntries(
    files
      .filter((file) => file !== "millrace.sqlite")
      .map((file) => [file, versionOf(join(running.data, file))]),
  );
}

function versionOf(path: string): unknown {
  const database = new DatabaseSync(path, { readOnly: true });
  try {
    return database.prepare("pragma user_version").get()?.["user_version"];
  } finally {
    database.close();
  }
}

/** What an event of its own is answered with a key. */
async function postWith(key: string): Promise<number> {
  const { status } = await fetch(`${running.url}/v1/streams/orders/events`, {
    method: "POST",
    headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
    body: JSON.stringify({ order: "new", line: 0, amount: 1 }),
  });
  return status;
}

/** How a file looks that a later version wrote, and what a start says to it. */
type Newer = readonly [file: string, change: (path: string) => void, says: RegExp];

const NEWER: readonly Newer[] = [
  [
    "millrace.sqlite",
    (path) => sql(path, "update facts set value = '2' where name = 'format'"),
    /newer/,
  ],
  ...Object.keys(DATA_VERSIONS).map((file): Newer => [file, toLaterVersion, /newer/]),
  ["stream/orders/stream.json", (path) => member(path, '"format": 1', '"format": 2'), /format/],
  ["keys.json", (path) => member(path, '"format": 1', '"format": 2'), /format 1/],
];

function toLaterVersion(path: string): void {
  sql(path, "pragma user_version = 99");
}

function sql(path: string, statement: string): void {
  const database = new DatabaseSync(path);
  database.exec(statement);
  database.close();
}

function member(path: string, from: string, to: string): void {
  const text = readFileSync(path, "utf8");
  assert(text.includes(from), `${path} says its format`);
  writeFileSync(path, text.replace(from, to));
}

/** Every file but those that a start makes and takes away, by its content. */
function contents(): Readonly<Record<string, string>> {
  const files = globSync("**/*", { cwd: running.data })
    .filter(
      (file) => statSync(join(running.data, file)).isFile() && !/-shm$|-wal$|-journal$/.test(file),
    )
    .toSorted();
  return Object.fromEntries(
    files.map((file) => {
      const hash = createHash("sha256").update(readFileSync(join(running.data, file)));
      return [file, hash.digest("hex")];
    }),
  );
}

describe("a file that a later version wrote", () => {
  it("is refused with its name, what it is, and the way out, and nothing is changed", async () => {
    unpack("first");
    await running.start();
    await running.drain();
    expect(await running.stop()).toBe(0);
    const whole = join(running.folder, "whole");
    cpSync(running.data, whole, { recursive: true });
    const told: Record<string, unknown> = {};
    for (const [file, change, says] of NEWER) {
      rmSync(running.data, { recursive: true });
      cpSync(whole, running.data, { recursive: true });
      change(join(running.data, file));
      const before = contents();
      const { code, err } = running.alone(
        "start",
        running.pipeline,
        "--data",
        running.data,
        "--port",
        "0",
      );
      told[file] = {
        refused: code !== 0,
        said: says.test(err) && /next +\S/.test(err),
        same: same(before),
      };
    }
    const right = { refused: true, said: true, same: [] };
    expect(told).toEqual(Object.fromEntries(NEWER.map(([file]) => [file, right])));
  });
});

function same(before: Readonly<Record<string, string>>): readonly string[] {
  const after = contents();
  return Object.keys({ ...before, ...after }).filter((file) => before[file] !== after[file]);
}
