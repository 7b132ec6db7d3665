/** Pipelines over Kinesis, which another Millrace speaks here: through kills and splits, sharing shards, and a lost folder. */

import { rmSync } from "node:fs";
import { join } from "node:path";
import { CreateStreamCommand, KinesisClient, SplitShardCommand } from "@aws-sdk/client-kinesis";
import { afterEach, beforeEach, expect, it } from "vitest";
import { marketsFor, openGenerator } from "../../examples/food-market/generator.ts";
import { RunningPipeline } from "./running.ts";
import { shareStream } from "../kinesis/shared.ts";
import { PRICES_SQL, Truth } from "./truth.ts";

const ROWS = 400;
const BATCH = 40;
const made = openGenerator({ markets: marketsFor(ROWS), seed: 11n });

let kinesis: RunningPipeline;
let client: KinesisClient;
let pipelines: RunningPipeline[];

beforeEach(async () => {
  process.env["AWS_ACCESS_KEY_ID"] = "millrace";
  process.env["AWS_SECRET_ACCESS_KEY"] = "millrace-secret";
  kinesis = new RunningPipeline("test/journey/held-pipeline");
  await kinesis.start("--no-sources", "--aws-anonymous");
  client = new KinesisClient({ endpoint: kinesis.url, region: "us-east-1" });
  await client.send(new CreateStreamCommand({ StreamName: "market-prices", ShardCount: 2 }));
  pipelines = [new RunningPipeline("examples/food-market")];
});

afterEach(async () => {
  await Promise.all(pipelines.map((one) => one[Symbol.asyncDispose]()));
  client.destroy();
  await kinesis[Symbol.asyncDispose]();
});

async function post(running: RunningPipeline, from: number): Promise<string> {
  const body = made.ndjson(from, from + BATCH);
  const { status, body: answer } = await running.post("/v1/streams/prices/events", body);
  expect(status).toBe(202);
  return (answer as { records: { id: string }[] }).records[0]?.id ?? "";
}

async function countOf(running: RunningPipeline): Promise<number> {
  const [row] = await running.rows("select count(*) as n from raw_prices");
  return Number(row?.["n"]);
}

it("balances through a kill and a split, and refuses what is not there", async () => {
  const [running] = pipelines as [RunningPipeline];
  const address = `kinesis://us-east-1/market-?endpoint=${kinesis.url}`;
  const missing = address.replace("market-", "no-such-");
  const at = ["--data", join(running.folder, "other"), "--port", "0", "--stream", missing];
  const { err } = await running.aloneAlongside("start", running.pipeline, ...at);
  expect(err).toContain("no-such-prices on Kinesis does not do what it was asked");
  expect(err).toContain("ResourceNotFoundException");
  await running.start("--no-sources", "--stream", address);
  let id = "";
  for (let from = 0; from < ROWS; from += BATCH) {
    if (from === ROWS / 2) {
      const half = { StreamName: "market-prices", ShardToSplit: "shardId-000000000000" };
      const NewStartingHashKey = (2n ** 126n).toString();
      await client.send(new SplitShardCommand({ ...half, NewStartingHashKey }));
      await running.kill();
      // Said once; the data folder remembers it.
      await running.start("--no-sources");
    }
    id = await post(running, from);
  }
  await running.drain();
  const truth = new Truth().take(Array.from({ length: ROWS }, (_, index) => made.row(index)));
  expect(truth.differences(await running.rows(PRICES_SQL))).toEqual([]);
  expect(await countOf(running)).toBe(ROWS);
  const { out: books } = await running.cliAlongside("verify", "--deep");
  expect(books).toContain("BALANCED");
  expect(books).toMatch(/prices: Kinesis ↔ log/);
  const where = (await running.cliAlongside("where", id)).out;
  expect(where).toContain("raw_prices");
});

it("is shared by two pipelines, through a kill and a split: each event is in one of them, once", async () => {
  pipelines.push(new RunningPipeline("examples/food-market"));
  const [one, other] = pipelines as [RunningPipeline, RunningPipeline];
  const address = `kinesis://us-east-1/market-?endpoint=${kinesis.url}`;
  await shareStream({ one, other, address, put: post, events: ROWS, batch: BATCH }, async () => {
    const half = { StreamName: "market-prices", ShardToSplit: "shardId-000000000000" };
    const NewStartingHashKey = (2n ** 126n).toString();
    await client.send(new SplitShardCommand({ ...half, NewStartingHashKey }));
  });
  const truth = new Truth().take(Array.from({ length: ROWS }, (_, index) => made.row(index)));
  const prices = [...(await one.rows(PRICES_SQL)), ...(await other.rows(PRICES_SQL))];
  expect(truth.differences(prices)).toEqual([]);
}, 300_000);

it("takes over what a killed pipeline with a lost data folder had claimed: each event is in a warehouse, once", async () => {
  pipelines.push(new RunningPipeline("examples/food-market"));
  const [lost, heir] = pipelines as [RunningPipeline, RunningPipeline];
  const leases = join(heir.folder, "leases");
  const address = `kinesis://us-east-1/market-?endpoint=${kinesis.url}&leases=${leases}`;
  await lost.start("--no-sources", "--stream", address);
  for (let from = 0; from < ROWS / 2; from += BATCH) {
    await post(lost, from);
  }
  await lost.drain();
  expect(await countOf(lost)).toBe(ROWS / 2);
  await heir.start("--no-sources", "--stream", address);
  // More is on its way when it dies: put, claimed or in its log, and nowhere else.
  for (let from = ROWS / 2; from < ROWS; from += BATCH) {
    await post(lost, from);
  }
  await lost.kill();
  rmSync(lost.data, { recursive: true });
  const name = await nameWhenSilent(heir, { address, folder: lost.data });
  expect(await heir.stop()).toBe(0);
  await heir.start("--no-sources", "--take-over", name);
  await expect.poll(() => countOf(heir), { timeout: 60_000, interval: 250 }).toBe(ROWS);
  await heir.drain();
  const truth = new Truth().take(Array.from({ length: ROWS }, (_, index) => made.row(index)));
  expect(truth.differences(await heir.rows(PRICES_SQL))).toEqual([]);
  expect(await heir.cliAlongside("verify", "--deep")).toMatchObject({ code: 0 });
}, 180_000);

it("shuts out a pipeline that was only slow: it ends by itself, and its folder is refused", async () => {
  pipelines.push(new RunningPipeline("examples/food-market"));
  const [slow, heir] = pipelines as [RunningPipeline, RunningPipeline];
  const leases = join(heir.folder, "leases");
  const address = `kinesis://us-east-1/market-?endpoint=${kinesis.url}&leases=${leases}`;
  await slow.start("--no-sources", "--stream", address);
  await post(slow, 0);
  await slow.drain();
  process.kill(slow.pid, "SIGSTOP");
  const name = await nameWhenSilent(heir, { address, folder: slow.data });
  await heir.start("--no-sources", "--stream", address, "--take-over", name);
  await expect.poll(() => countOf(heir), { timeout: 60_000, interval: 250 }).toBe(BATCH);
  process.kill(slow.pid, "SIGCONT");
  await expect.poll(() => slow.isUp, { timeout: 60_000, interval: 100 }).toBe(false);
  expect(slow.log).toContain("was taken over by");
  const again = ["--data", slow.data, "--port", "0"];
  const { err } = await heir.aloneAlongside("start", slow.pipeline, ...again);
  expect(err).toContain("was taken over by");
}, 180_000);

/** What a reader is called that is not heard of any more: told by whoever is asked to take over one that nobody knows. */
async function nameWhenSilent(
  by: RunningPipeline,
  { address, folder }: { readonly address: string; readonly folder: string },
): Promise<string> {
  const data = ["--data", join(by.folder, "asking"), "--port", "0", "--stream", address];
  const flags = [...data, "--take-over", "nobody"];
  const silent = new RegExp(String.raw`([\w-]+) \([^()]*${folder}, silent\)`);
  let name: string | undefined;
  const ask = async (): Promise<string | undefined> => {
    const { err } = await by.aloneAlongside("start", by.pipeline, ...flags);
    name = silent.exec(err)?.[1];
    return name;
  };
  await expect.poll(ask, { timeout: 60_000, interval: 1000 }).toBeDefined();
  return name ?? "";
}
