/** The bundled Lambdas under AWS' own runtime client and emulator, against emulated Kinesis and S3. */

import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { bundleLambdas } from "../../../src/deploy/aws/bundle.ts";
import { loadPlan } from "../../../src/plan/load-plan.ts";
import { SHOP } from "../../deploy/shop.ts";
import { PEER_PATHS, PEERS_FOLDER } from "../catalogue.ts";
import { type Peer, PEER_KEYS, startMoto, startPeer } from "../processes.ts";

// Below the project's own node_modules, so that AWS' SDK is found as it is in Lambda.
const out = mkdtempSync(join(PEERS_FOLDER, "lambda-"));
let code: Awaited<ReturnType<typeof bundleLambdas>>;
let moto: Peer;

const environment = (): Readonly<Record<string, string>> => ({
  ...PEER_KEYS,
  AWS_ENDPOINT_URL: moto.url,
  AWS_DEFAULT_REGION: "us-east-1",
});

beforeAll(async () => {
  moto = await startMoto();
  code = await bundleLambdas(await loadPlan(SHOP), out);
  aws("kinesis", "create-stream", "--stream-name", "shop-orders", "--shard-count", "2");
  aws("s3api", "create-bucket", "--bucket", "shop-errors");
}, 120_000);

afterAll(async () => {
  await moto[Symbol.asyncDispose]();
  rmSync(out, { recursive: true, force: true });
});

function aws(...args: string[]): unknown {
  const env = { ...process.env, ...environment() };
  const { stdout, stderr, status } = spawnSync(PEER_PATHS.pythonBin("aws"), args, { env });
  expect({ status, stderr: stderr.toString() }).toMatchObject({ status: 0 });
  return stdout.length === 0 ? undefined : JSON.parse(stdout.toString());
}

/** A Lambda that answers invocations over HTTP. */
async function startLambda(folder: string, more: Record<string, string> = {}): Promise<Peer> {
  const runtimePort = 20_000 + (process.pid % 20_000);
  return await startPeer({
    command: PEER_PATHS.goBin("aws-lambda-rie"),
    args: (port) => [
      `--runtime-interface-emulator-address=127.0.0.1:${port}`,
      `--runtime-api-address=127.0.0.1:${runtimePort}`,
      process.execPath,
      join(PEER_PATHS.npm, "node_modules", "aws-lambda-ric", "index.mjs"),
      join(folder, "index.handler"),
    ],
    env: () => ({ ...environment(), ...more, LAMBDA_TASK_ROOT: folder, _HANDLER: "index.handler" }),
  });
}

async function invoke(lambda: Peer, event: unknown): Promise<Record<string, unknown>> {
  const path = "/2015-03-31/functions/function/invocations";
  const response = await fetch(`${lambda.url}${path}`, {
    method: "POST",
    body: JSON.stringify(event),
    signal: AbortSignal.timeout(60_000),
  });
  return (await response.json()) as Record<string, unknown>;
}

test("the check takes API Gateway's event, puts good records and sets bad ones aside", async () => {
  await using lambda = await startLambda(code("check", "orders"), {
    MILLRACE_STREAM: "shop-orders",
    MILLRACE_ERROR_BUCKET: "shop-errors",
    MILLRACE_S3_PATH_STYLE: "true",
  });
  const body = JSON.stringify([
    { order_id: "o-1", customer: "Ann", amount: 3.5 },
    { order_id: "", customer: "Bo", amount: 1 },
  ]);
  const answer = await invoke(lambda, {
    resource: "/v1/streams/orders/events",
    path: "/v1/streams/orders/events",
    httpMethod: "POST",
    headers: { "Content-Type": "application/json" },
    multiValueHeaders: { "Content-Type": ["application/json"] },
    queryStringParameters: null,
    pathParameters: null,
    requestContext: { requestId: "req-1", identity: { sourceIp: "192.0.2.7" } },
    body,
    isBase64Encoded: false,
  });
  expect(answer).toMatchObject({ statusCode: 207 });
  expect(recordsOf("shop-orders")).toEqual([{ order_id: "o-1", customer: "Ann", amount: 3.5 }]);
  const { Contents } = aws("s3api", "list-objects-v2", "--bucket", "shop-errors") as {
    Contents: { Key: string }[];
  };
  expect(Contents.map(({ Key }) => Key)).toEqual([
    expect.stringMatching(/^error\/\d{4}\/\d\d\/\d\d\/\d\d\/[0-9a-f-]{36}\.json$/),
  ]);
}, 120_000);

function recordsOf(stream: string): unknown[] {
  const { Shards } = aws("kinesis", "list-shards", "--stream-name", stream) as {
    Shards: { ShardId: string }[];
  };
  return Shards.flatMap(({ ShardId }) => {
    const where = ["--stream-name", stream, "--shard-id", ShardId];
    const { ShardIterator } = aws(
      "kinesis",
      "get-shard-iterator",
      ...where,
      "--shard-iterator-type",
      "TRIM_HORIZON",
    ) as { ShardIterator: string };
    const { Records } = aws("kinesis", "get-records", "--shard-iterator", ShardIterator) as {
      Records: { Data: string }[];
    };
    return Records.map(({ Data }) => JSON.parse(Buffer.from(Data, "base64").toString()) as unknown);
  });
}

const data = (event: object): string => Buffer.from(JSON.stringify(event)).toString("base64");

test("the transform takes Firehose's event and answers each record", async () => {
  await using lambda = await startLambda(code("transform", "orders"));
  const answer = await invoke(lambda, {
    invocationId: "one",
    deliveryStreamArn: "arn:aws:firehose:us-east-1:000000000000:deliverystream/shop-orders",
    region: "us-east-1",
    records: [
      {
        recordId: "r1",
        approximateArrivalTimestamp: 1_783_951_506_789,
        data: data({ order_id: "o-1", customer: "Ann, B", amount: 3.5 }),
        kinesisRecordMetadata: {
          shardId: "shardId-000000000001",
          partitionKey: "Ann, B",
          sequenceNumber: "49590338271490256608559692538361571095921575989136588898",
          subsequenceNumber: 0,
          approximateArrivalTimestamp: 1_783_951_506_789,
        },
      },
      { recordId: "r2", approximateArrivalTimestamp: 1, data: data({ note: "drop" }) },
      { recordId: "r3", approximateArrivalTimestamp: 1, data: "e25vbnNlbnNl" },
    ],
  });
  const records = answer["records"] as { recordId: string; result: string; data: string }[];
  expect(records.map(({ recordId, result }) => [recordId, result])).toEqual([
    ["r1", "Ok"],
    ["r2", "Dropped"],
    ["r3", "ProcessingFailed"],
  ]);
  expect(Buffer.from(records[0]?.data ?? "", "base64").toString()).toBe(
    'o-1,"Ann, B",3.5,,350,o-1,1,49590338271490256608559692538361571095921575989136588898,2026-07-13 14:05:06.789,\n',
  );
}, 120_000);
