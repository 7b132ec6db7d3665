/** What a client gets wrong is told in AWS's words, with AWS's headers; nothing of it is a 5xx. */

import * as sdk from "@aws-sdk/client-kinesis";
import { beforeAll, describe, expect, test } from "vitest";
import { call } from "./call.ts";
import { makeAsked, REFUSALS } from "./cases/refusals.ts";
import { refused as answerTo } from "./cases/place.ts";
import { bytesOf, refusal } from "./client.ts";
import { serveTests } from "./serve-tests.ts";
import { TRANSPORTS } from "./serve.ts";

const served = serveTests({ shardLimits: true });
const open = serveTests({ anonymous: true });
let client: sdk.KinesisClient;

beforeAll(async () => {
  client = served.client();
  await makeAsked(client);
});

describe.each(TRANSPORTS)("$name", ({ how }) => {
  test.each(REFUSALS)("$name", async (one) => {
    const said = await answerTo(served.client(how), one);
    expect(said.slice(0, one.says.length)).toBe(one.says);
  });
});

test("a shard that has taken its records of a second refuses the rest, one by one", async () => {
  await client.send(new sdk.CreateStreamCommand({ StreamName: "slow", ShardCount: 1 }));
  const Records = Array.from({ length: 500 }, (_, i) => ({
    Data: bytesOf(`${i}`),
    PartitionKey: "k",
  }));
  const all = await Promise.all(
    // Ten times what a shard takes in a second, so that no machine is slow enough for all of it.
    Array.from({ length: 20 }, () =>
      client.send(new sdk.PutRecordsCommand({ StreamName: "slow", Records })),
    ),
  );
  const refused = all.flatMap(({ Records: results = [] }) =>
    results.filter(({ ErrorCode }) => ErrorCode !== undefined),
  );
  expect(refused.length).toBeGreaterThan(0);
  expect(all.reduce((sum, { FailedRecordCount = 0 }) => sum + FailedRecordCount, 0)).toBe(
    refused.length,
  );
  expect(refused[0]).toEqual({
    ErrorCode: "ProvisionedThroughputExceededException",
    ErrorMessage:
      "Rate exceeded for shard shardId-000000000000 in stream slow under account 000000000000.",
  });
  const { ShardIterator } = await client.send(
    new sdk.GetShardIteratorCommand({
      StreamName: "slow",
      ShardId: "shardId-000000000000",
      ShardIteratorType: "TRIM_HORIZON",
    }),
  );
  const reads = await Promise.all(
    Array.from({ length: 50 }, () =>
      refusal(client.send(new sdk.GetRecordsCommand({ ShardIterator }))),
    ),
  );
  expect(
    reads.filter((said) => said.startsWith("ProvisionedThroughputExceededException")),
  ).not.toEqual([]);
});

test("whoever signs with a wrong or unknown key, or not at all, is let in nowhere", async () => {
  expect(
    await refusal(served.client(2, { secret: "wrong" }).send(new sdk.ListStreamsCommand({}))),
  ).toMatch(/^InvalidSignatureException/);
  expect(
    await refusal(served.client(1, { secret: "wrong" }).send(new sdk.ListStreamsCommand({}))),
  ).toMatch(/^InvalidSignatureException/);
  const bare = await call(served.url, { body: "{}" });
  expect([bare.status, bare.json["__type"]]).toEqual([400, "MissingAuthenticationTokenException"]);
  const anyone = await call(open.url, { body: "{}" });
  expect(anyone.json["StreamNames"]).toEqual(["notes", "sales"]);
  expect(
    await refusal(open.client(2, { secret: "wrong" }).send(new sdk.ListStreamsCommand({}))),
  ).toBe("accepted");
});
