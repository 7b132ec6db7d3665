/** Keys of the data folder sign like keys of AWS, and may do what their scopes say and nothing else. */

import {
  CreateStreamCommand,
  DeleteStreamCommand,
  GetRecordsCommand,
  GetShardIteratorCommand,
  type KinesisClient,
  ListStreamsCommand,
  PutRecordCommand,
  PutRecordsCommand,
} from "@aws-sdk/client-kinesis";
import { afterAll, beforeAll, expect, test } from "vitest";
import { dataPaths } from "../../../src/runtime/data-folder.ts";
import { openKeyStore } from "../../../src/runtime/access/open-access.ts";
import type { KeyStore } from "../../../src/stages/gateway/index.ts";
import { OPERATIONS } from "../../../src/stages/stream/kinesis/operations.ts";
import { deedOf } from "../../../src/stages/stream/kinesis/deeds.ts";
import { scratchFolder, serve, type Served } from "./serve.ts";

const scratch = scratchFolder();
let keys: KeyStore;
let served: Served;
let admin: KinesisClient;

beforeAll(async () => {
  keys = openKeyStore(dataPaths(scratch.path));
  served = await serve(scratch.path, { store: keys });
  admin = clientWith("admin");
  await admin.send(new CreateStreamCommand({ StreamName: "one", ShardCount: 1 }));
  await admin.send(new CreateStreamCommand({ StreamName: "other", ShardCount: 1 }));
});

afterAll(async () => {
  await served[Symbol.asyncDispose]();
  scratch[Symbol.dispose]();
});

function clientWith(...scopes: readonly string[]): KinesisClient {
  const made = keys.create({ name: "k", kind: "aws", scopes });
  return served.client(1, { id: made.key.access_key_id ?? "", secret: made.secret });
}

async function outcome(sent: Promise<unknown>): Promise<string> {
  return await sent.then(
    () => "done",
    (thrown: unknown) => (thrown as Error).name,
  );
}

const Data = Buffer.from("x");
const put = (StreamName: string): PutRecordCommand =>
  new PutRecordCommand({ StreamName, Data, PartitionKey: "k" });
const putMany = (StreamName: string): PutRecordsCommand =>
  new PutRecordsCommand({ StreamName, Records: [{ Data, PartitionKey: "k" }] });
const from = (StreamName: string): GetShardIteratorCommand =>
  new GetShardIteratorCommand({
    StreamName,
    ShardId: "shardId-000000000000",
    ShardIteratorType: "TRIM_HORIZON",
  });

test.each([
  ["ingest:one", ["done", "done", "no", "no", "no", "no", "no"]],
  ["ingest", ["done", "done", "done", "done", "no", "no", "no"]],
  ["read", ["no", "no", "no", "no", "done", "done", "no"]],
  ["read:one", ["no", "no", "no", "no", "done", "no", "no"]],
  ["admin", ["done", "done", "done", "done", "done", "done", "done"]],
])("%s allows that, and nothing else", async (scope, wanted) => {
  const client = clientWith(scope);
  const did = [
    await outcome(client.send(put("one"))),
    await outcome(client.send(putMany("one"))),
    await outcome(client.send(put("other"))),
    await outcome(client.send(putMany("other"))),
    await outcome(client.send(from("one"))),
    await outcome(client.send(new ListStreamsCommand({}))),
    await outcome(
      client.send(new CreateStreamCommand({ StreamName: scope.replace(":", "-"), ShardCount: 1 })),
    ),
  ];
  expect(did).toEqual(wanted.map((one) => (one === "no" ? "AccessDeniedException" : one)));
});

test("an iterator names no stream, so what it reads is for who may read all", async () => {
  const { ShardIterator } = await admin.send(from("one"));
  const read = new GetRecordsCommand({ ShardIterator });
  expect(await outcome(clientWith("read:one").send(read))).toBe("AccessDeniedException");
  expect(await outcome(clientWith("read").send(read))).toBe("done");
});

test("a key counts its calls, ends when it is revoked, and a secret before goes on for its time", async () => {
  const made = keys.create({
    name: "k",
    kind: "aws",
    scopes: ["ingest"],
    limits: { rate: 0.001, burst: 2 },
  });
  const id = made.key.access_key_id ?? "";
  const client = served.client(1, { id, secret: made.secret });
  const three = [
    await outcome(client.send(put("one"))),
    await outcome(client.send(put("one"))),
    await outcome(client.send(put("one"))),
  ];
  expect(three).toEqual(["done", "done", "ThrottlingException"]);
  const other = keys.create({ name: "k", kind: "aws", scopes: ["ingest"] });
  const next = keys.rotate(other.key.id, 60_000);
  const otherId = other.key.access_key_id ?? "";
  for (const { secret } of [other, next]) {
    expect(await outcome(served.client(1, { id: otherId, secret }).send(put("one")))).toBe("done");
  }
  keys.revoke(other.key.id);
  const after = served.client(1, { id: otherId, secret: next.secret }).send(put("one"));
  expect(await outcome(after)).toBe("UnrecognizedClientException");
});

test("what no scope but admin allows changes something, and nothing that changes is left out", () => {
  const changes =
    /^(Add|Create|Decrease|Delete|Deregister|Disable|Enable|Increase|Merge|PutResource|Remove|Split|Start|Stop|Tag|Untag|Update)/;
  for (const { name } of OPERATIONS) {
    expect([name, deedOf(name) === "admin"]).toEqual([name, changes.test(name)]);
  }
  expect(deedOf("SomethingNew")).toBe("admin");
  expect(new DeleteStreamCommand({ StreamName: "x" })).toBeDefined();
});
