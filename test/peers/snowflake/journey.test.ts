/** A whole pipeline whose warehouse is Snowflake, as fakesnow has it: events in, rows and model rows out, books that balance. */

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Started, startPipeline } from "../../../src/runtime/start.ts";
import { type Peer, startFakesnow } from "../processes.ts";
import type { StreamingServer } from "../../snowflake/streaming-server.ts";
import { openAccount } from "./account.ts";
import { startStreaming } from "./streaming.ts";

const pipeline = join(import.meta.dirname, "../../crash/warehouse-pipeline");
const DATABASE = "JOURNEY";
let folder: string;
let peer: Peer;
let streaming: StreamingServer;
let started: Started;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "millrace-journey-"));
  peer = await startFakesnow();
  const { transport } = await openAccount(peer.url, DATABASE, join(folder, "lake"));
  streaming = await startStreaming(peer.url, transport);
  process.env["SNOWFLAKE_USER"] = "loader";
  process.env["SNOWFLAKE_TOKEN"] = "any";
});

afterEach(async () => {
  await started?.stop();
  await streaming?.[Symbol.asyncDispose]();
  await peer?.[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

async function start(way: string): Promise<void> {
  started = await startPipeline({
    pipeline,
    data: folder,
    port: 0,
    host: "127.0.0.1",
    sources: false,
    books: false,
    insecureHost: false,
    aws: { anonymous: false, shardLimits: false, keys: undefined },
    places: { warehouse: `snowflake://emulated/${DATABASE}?${way}&endpoint=${streaming.base}` },
    log: () => {},
  });
}

async function ask(path: string, body?: unknown): Promise<unknown> {
  const sent = body === undefined ? {} : { method: "POST", body: JSON.stringify(body) };
  const headers = { "content-type": "application/json" };
  const response = await fetch(`${started.url}${path}`, { ...sent, headers });
  return await response.json();
}

describe.each([
  ["copied from a stage", "stage=LAKE"],
  ["streamed through channels from a lake in a folder", "load=streaming"],
])("a pipeline whose rows are %s", (_how, way) => {
  it("takes events in, loads and models them there, and closes its books by values", async () => {
    await start(way);
    const sales = [
      { shop: "A", price: 1.5 },
      { shop: "B", price: 0.1 },
      { shop: "A", price: "nope" },
    ];
    await ask("/v1/streams/sales/events", sales);
    await ask("/v1/streams/returns/events", [{ shop: "A", price: 2 }]);
    expect(await ask("/v1/drain", { timeout_ms: 200_000 })).toMatchObject({ drained: true });
    expect(
      await ask("/v1/query", { sql: `SELECT "shop", price FROM sales ORDER BY shop` }),
    ).toEqual([
      { shop: "A", price: 1.5 },
      { shop: "B", price: 0.1 },
    ]);
    const verification = (await ask("/v1/verify", { deep: true })) as {
      state: string;
      findings: { state: string; account: string; says: string }[];
    };
    expect(verification.findings.filter(({ state }) => state !== "BALANCED")).toEqual([]);
    expect(verification.state).toBe("BALANCED");
    expect(started.status().places?.warehouse).toContain("snowflake://emulated/JOURNEY");
    const letters = (await ask("/v1/dead-letters")) as { total: number; groups: unknown[] };
    expect(letters.total).toBe(1);
    expect(letters.groups[0]).toMatchObject({ stream: "sales", path: "/price", count: 1 });
  });
});
