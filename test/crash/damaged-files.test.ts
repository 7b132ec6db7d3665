/** Each small file of a data folder is emptied, cut off and overwritten: a start says which one, or works and balances. */

import { cpSync, rmSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { assert } from "../../src/base/assert.ts";
import { pause, RunningPipeline } from "../journey/running.ts";

const START_MS = 40_000;
const running = new RunningPipeline("test/crash/kill-pipeline");
const whole = join(running.folder, "whole");

const HARMS = {
  empty: (path: string) => truncateSync(path, 0),
  "cut off": (path: string) => truncateSync(path, Math.floor(statSync(path).size / 2)),
  garbage: (path: string) => writeFileSync(path, "neither this nor that ".repeat(400)),
} as const;
type Harm = keyof typeof HARMS;

/**
 * A start that is refused names the file; "works" is a pipeline that comes up and whose books balance; "trouble" one that
 * comes up and shows what it cannot do; "found" one that comes up, and whose books name the file.
 */
type Outcome = "named" | "works" | "trouble" | "found";

/** What a killed pipeline leaves, and none that ended as it should. */
const LEFT_BEHIND = ["endpoint.json", "key-usage.json", "transform-trail.json"];

const FILES: readonly (readonly [path: string, outcomes: Readonly<Record<Harm, Outcome>>])[] = [
  ["millrace.sqlite", { empty: "works", "cut off": "named", garbage: "named" }],
  ["delivery.sqlite", { empty: "trouble", "cut off": "named", garbage: "named" }],
  ["sources.sqlite", { empty: "works", "cut off": "named", garbage: "named" }],
  ["kinesis.sqlite", { empty: "works", "cut off": "named", garbage: "named" }],
  ["firehose/streams.sqlite", { empty: "works", "cut off": "named", garbage: "named" }],
  ["stream/orders/stream.json", { empty: "named", "cut off": "named", garbage: "named" }],
  ["warehouse.duckdb", { empty: "named", "cut off": "named", garbage: "named" }],
  ["keys.json", { empty: "named", "cut off": "named", garbage: "named" }],
  ["keys-seal.json", { empty: "named", "cut off": "named", garbage: "named" }],
  [
    "lake/_manifests/orders/000000000001.json",
    { empty: "found", "cut off": "found", garbage: "found" },
  ],
  [LEFT_BEHIND.join(" "), { empty: "works", "cut off": "works", garbage: "works" }],
];

const EVENTS = Array.from({ length: 200 }, (_none, line) =>
  JSON.stringify({ order: `o${line % 9}`, line, amount: line + 0.5 }),
).join("\n");

beforeAll(async () => {
  await running.start();
  const { status } = await running.post("/v1/streams/orders/events", EVENTS);
  assert(status === 202, "the events are accepted");
  await running.drain();
  await running.stop();
  const key = ["--name", "one", "--scope", "ingest", "--data", running.data];
  assert(running.alone("keys", "create", ...key).code === 0, "a key is made");
  assert(running.alone("keys", "create", "--aws", ...key).code === 0, "one for AWS SDKs");
  LEFT_BEHIND.forEach((name) => writeFileSync(join(running.data, name), '{"used":{},"pid":1}\n'));
  cpSync(running.data, whole, { recursive: true });
});

afterAll(async () => {
  await running[Symbol.asyncDispose]();
});

/** Whether it came up, within a time; what it said is in its log. */
async function comesUp(): Promise<boolean> {
  await running.begin("--no-sources");
  const until = performance.now() + START_MS;
  while (running.isUp && performance.now() < until) {
    if ((await fetch(`${running.url}/readyz`).catch(() => undefined))?.ok === true) {
      return true;
    }
    await pause(25);
  }
  return false;
}

describe.each(FILES)("%s", (path, outcomes) => {
  it.each(Object.entries(outcomes) as [Harm, Outcome][])("%s: %s", async (harm, outcome) => {
    rmSync(running.data, { recursive: true, force: true });
    cpSync(whole, running.data, { recursive: true });
    path.split(" ").forEach((one) => HARMS[harm](join(running.data, one)));
    const up = await comesUp();
    const said = running.log;
    const books = up ? running.cli("verify").out : "";
    const status = up ? running.cli("status").out : "";
    await running.kill();
    const named = said.includes(basename(path)) && /next +\S/.test(said);
    expect({ up, books: books.split(" ")[0], named, said }).toMatchObject(
      outcome !== "named" ? { up: true } : { up: false, named: true },
    );
    expect(outcome === "works" ? books : "BALANCED").toContain("BALANCED");
    expect(outcome === "trouble" ? status : "trouble").toContain("trouble");
    expect(outcome === "found" ? books : `UNVERIFIED ${path}`).toContain(basename(path, ".json"));
  });
});
