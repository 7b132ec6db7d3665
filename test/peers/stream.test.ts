/** The pipeline over Kinesis as others understand it: same events, same books, through kills and resharding. */

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import {
  CreateStreamCommand,
  DescribeStreamSummaryCommand,
  KinesisClient,
  PutRecordCommand,
  UpdateShardCountCommand,
} from "@aws-sdk/client-kinesis";
import { NodeHttpHandler } from "@smithy/node-http-handler";
import { marketsFor, openGenerator } from "../../examples/food-market/generator.ts";
import { pause, RunningPipeline } from "../journey/running.ts";
import { PRICES_SQL, Truth } from "../journey/truth.ts";
import { openRemoteStream } from "../../src/stages/stream/remote/index.ts";
import { APPEND_CASES } from "../../src/testing/conformance/append.ts";
import { CONSUME_CASES } from "../../src/testing/conformance/consume.ts";
import { shareStream } from "../kinesis/shared.ts";
import { NOT_OVER_KINESIS, openOverKinesis } from "../kinesis/subject.ts";
import { type Peer, PEER_KEYS, startKinesisLocal, startMoto } from "./processes.ts";

const WAIT = { timeout: 20_000 };
const ROWS = 1200;
const BATCH = 40;
const SERVERS = { "kinesis-local": startKinesisLocal, moto: startMoto };
const made = openGenerator({ markets: marketsFor(ROWS), seed: 7n });

describe.each(Object.entries(SERVERS))("a log that %s feeds", (_name, startServer) => {
  let peer: Peer;
  let client: KinesisClient;
  let streams = 0;

  beforeAll(async () => {
    peer = await startServer();
    Object.assign(process.env, PEER_KEYS);
    const requestHandler = new NodeHttpHandler();
    client = new KinesisClient({ endpoint: peer.url, region: "us-east-1", requestHandler });
  });

  afterAll(async () => {
    client.destroy();
    await peer[Symbol.asyncDispose]();
  });

  const appends = APPEND_CASES.filter(({ name }) => !NOT_OVER_KINESIS.has(name));
  const cases = [...appends, ...CONSUME_CASES].map((one) => [one.name, one] as const);

  it.each(cases)("%s", async (_case, { run }) => {
    streams += 1;
    const stream = `case-${streams}`;
    await client.send(new CreateStreamCommand({ StreamName: stream, ShardCount: 1 }));
    const where = { region: "us-east-1", prefix: "", endpoint: peer.url, leases: undefined };
    using remote = await openRemoteStream({ kind: "kinesis", ...where }, stream);
    await expect.poll(async () => await isActive(client, stream), WAIT).toBe(true);
    await using subject = openOverKinesis(remote, 20);
    await expect(run(subject)).resolves.toBeUndefined();
  });
});

async function isActive(client: KinesisClient, stream: string): Promise<boolean> {
  const asked = new DescribeStreamSummaryCommand({ StreamName: stream });
  return (await client.send(asked)).StreamDescriptionSummary?.StreamStatus === "ACTIVE";
}

describe.each(Object.entries(SERVERS))("a pipeline over %s", (_name, startServer) => {
  let peer: Peer;
  let client: KinesisClient;
  let running: RunningPipeline;

  beforeEach(async () => {
    peer = await startServer();
    Object.assign(process.env, PEER_KEYS);
    const requestHandler = new NodeHttpHandler();
    client = new KinesisClient({ endpoint: peer.url, region: "us-east-1", requestHandler });
    running = new RunningPipeline("examples/food-market");
    await client.send(new CreateStreamCommand({ StreamName: "market-prices", ShardCount: 2 }));
    await untilActive();
  });

  afterEach(async () => {
    await running[Symbol.asyncDispose]();
    client.destroy();
    await peer[Symbol.asyncDispose]();
  });

  async function untilActive(): Promise<void> {
    const asked = new DescribeStreamSummaryCommand({ StreamName: "market-prices" });
    const { StreamDescriptionSummary: found } = await client.send(asked);
    if (found?.StreamStatus !== "ACTIVE") {
      await pause(50);
      await untilActive();
    }
  }

  async function post(from: number): Promise<void> {
    const body = made.ndjson(from, Math.min(from + BATCH, ROWS));
    const { status } = await running.post("/v1/streams/prices/events", body);
    expect(status).toBe(202);
  }

  it("balances through kills, a reshard and what others put", async () => {
    const stream = `kinesis://us-east-1/market-?endpoint=${peer.url}`;
    const start = (): Promise<void> => running.start("--no-sources", "--stream", stream);
    await start();
    for (let from = 0; from < ROWS; from += BATCH) {
      if (from === ROWS / 2) {
        const more = { StreamName: "market-prices", TargetShardCount: 4 } as const;
        await client.send(new UpdateShardCountCommand({ ...more, ScalingType: "UNIFORM_SCALING" }));
        await untilActive();
      }
      if (from > 0 && from % (ROWS / 3) === 0) {
        await running.kill();
        await start();
      }
      await post(from);
    }
    const foreign = { StreamName: "market-prices", PartitionKey: "elsewhere" };
    const Data = Buffer.from('{\n  "country": "nowhere"\n}');
    await client.send(new PutRecordCommand({ ...foreign, Data }));
    await running.drain();
    await expect.poll(async () => await letters(), { timeout: 20_000 }).toBe(1);
    const truth = new Truth().take(Array.from({ length: ROWS }, (_, index) => made.row(index)));
    expect(truth.differences(await running.rows(PRICES_SQL))).toEqual([]);
    expect(await running.rows("select count(*) as n from raw_prices")).toEqual([{ n: ROWS }]);
    expect((await running.cliAlongside("verify", "--deep")).out).toContain("BALANCED");
  });

  it("is shared by two, through a kill and a reshard: each event is in one of them, once", async () => {
    await using other = new RunningPipeline("examples/food-market");
    const address = `kinesis://us-east-1/market-?endpoint=${peer.url}`;
    const put = async (by: RunningPipeline, from: number): Promise<void> => {
      const body = made.ndjson(from, from + BATCH);
      expect((await by.post("/v1/streams/prices/events", body)).status).toBe(202);
    };
    const given = { one: running, other, address, put, events: ROWS, batch: BATCH };
    await shareStream(given, async () => {
      const more = { StreamName: "market-prices", TargetShardCount: 4 } as const;
      await client.send(new UpdateShardCountCommand({ ...more, ScalingType: "UNIFORM_SCALING" }));
      await untilActive();
    });
  }, 900_000);

  async function letters(): Promise<unknown> {
    await running.drain();
    const [row] = await running.rows("select count(*) as n from dead_letters");
    return row?.["n"];
  }
});
