/** The protocol by hand: JSON and CBOR as they travel, headers, and what is no call at all. */

import { connect } from "node:net";
import { decode } from "cborg";
import { expect, test } from "vitest";
import { call, type Got } from "./call.ts";
import { serveTests } from "./serve-tests.ts";

const open = serveTests({ anonymous: true });

const ShardId = "shardId-000000000000";

function text(value: string): Buffer {
  return Buffer.concat([Buffer.from([0x60 + value.length]), Buffer.from(value)]);
}

const target = "Kinesis_20131202.PutRecord";

test.each([
  ["no JSON", "{", "The request's body is not JSON."],
  ["a list", '{"StreamName":["s"]}', "Start of list found where not expected"],
  ["a structure", '{"StreamName":{"a":1}}', "Start of structure or map found where not expected."],
  ["a number", '{"StreamName":1}', "class java.math.BigDecimal can not be converted to an String"],
  [
    "base64 cut short",
    '{"Data":"abc"}',
    "'abc' can not be converted to a Blob: Base64 encoded length is expected a multiple of 4 bytes but found: 3",
  ],
  [
    "base64 with a stranger",
    '{"Data":"ab!="}',
    "'ab!=' can not be converted to a Blob: Invalid Base64 character: '!'",
  ],
  [
    "base64 not canonical",
    '{"Data":"ab=="}',
    "'ab==' can not be converted to a Blob: Invalid last non-pad Base64 character dectected",
  ],
])("%s is a SerializationException", async (_name, body, says) => {
  const got = await call(open.url, { target, body });
  expect([got.status, got.json]).toEqual([
    400,
    { __type: "SerializationException", Message: says },
  ]);
  expect(got.headers.get("x-amzn-errortype")).toBe("SerializationException");
});

test("members that are null or unknown are as good as absent", async () => {
  const body = '{"Limit":null,"Unknown":{"a":[1]},"NextToken":null}';
  const got = await call(open.url, { body });
  expect([got.status, got.json["HasMoreStreams"]]).toEqual([200, false]);
});

test("every answer has its ids; what has no output has no body", async () => {
  const got = await call(open.url, {
    target: "Kinesis_20131202.CreateStream",
    body: '{"StreamName":"w","ShardCount":1}',
  });
  expect([got.status, got.raw.length]).toEqual([200, 0]);
  expect(got.headers.get("x-amzn-requestid")).toMatch(/^[0-9a-f-]{36}$/);
  expect(Buffer.from(got.headers.get("x-amz-id-2") ?? "", "base64")).toHaveLength(72);
  expect(got.headers.get("content-type")).toBe("application/x-amz-json-1.1");
});

test("an operation that nobody knows, a service that nobody knows, a type that is none of AWS's", async () => {
  for (const wrong of ["Kinesis_20131202.Fly", "DynamoDB_20120810.ListTables", "nonsense"]) {
    const got = await call(open.url, { target: wrong, body: "{}" });
    expect([got.status, got.json["__type"]]).toEqual([400, "UnknownOperationException"]);
  }
  expect((await call(open.url, { type: "text/plain", body: "{}" })).status).toBe(404);
  // Of a service that speaks another version of JSON: what is wrong is the service.
  const type = "application/x-amz-json-1.0";
  const other = await call(open.url, { target: "DynamoDB_20120810.ListTables", type, body: "{}" });
  expect(other.json["message"]).toContain("There is no operation DynamoDB_20120810.ListTables");
  const refused = await call(open.url, { target: "Kinesis_20131202.ListChannels", body: "{}" });
  expect(refused.json["message"]).toContain("ListChannels is not offered here");
});

test("CBOR: blobs are byte strings, instants are tag 1 with milliseconds, errors are two members", async () => {
  const type = "application/x-amz-cbor-1.1";
  const cbor = (action: string, body: Buffer): Promise<Got> =>
    call(open.url, { target: `Kinesis_20131202.${action}`, type, body });
  const map = (...pairs: readonly (readonly [string, Buffer])[]): Buffer =>
    Buffer.concat([
      Buffer.from([0xbf]),
      ...pairs.flatMap(([name, value]) => [text(name), value]),
      Buffer.from([0xff]),
    ]);
  await cbor("CreateStream", map(["StreamName", text("c")], ["ShardCount", Buffer.from([1])]));
  const data = Buffer.from([0x43, 0, 255, 10]);
  const stored = await cbor(
    "PutRecord",
    map(["StreamName", text("c")], ["Data", data], ["PartitionKey", text("k")]),
  );
  expect(decode(stored.raw)).toMatchObject({ ShardId });
  expect(stored.headers.get("content-type")).toBe(type);
  const at = await cbor(
    "GetShardIterator",
    map(
      ["StreamName", text("c")],
      ["ShardId", text("0")],
      ["ShardIteratorType", text("TRIM_HORIZON")],
    ),
  );
  const { ShardIterator } = decode(at.raw) as { ShardIterator: string };
  const sized = Buffer.concat([
    Buffer.from([0x78, ShardIterator.length]),
    Buffer.from(ShardIterator),
  ]);
  const read = await cbor("GetRecords", map(["ShardIterator", sized]));
  expect(read.raw.includes(Buffer.from([0xc1, 0x1b, 0, 0, 1]))).toBe(true);
  const { Records } = decode(read.raw, { tags: { 1: (inner) => inner() } }) as {
    Records: { Data: Uint8Array; ApproximateArrivalTimestamp: number }[];
  };
  expect(Records[0]?.Data).toEqual(Uint8Array.from([0, 255, 10]));
  expect(Math.abs((Records[0]?.ApproximateArrivalTimestamp ?? 0) - Date.now())).toBeLessThan(
    60_000,
  );
  const wrong = await cbor("DescribeStream", map(["StreamName", text("none")]));
  expect(decode(wrong.raw)).toEqual({
    __type: "ResourceNotFoundException",
    message: "Stream none under account 000000000000 not found.",
  });
  expect(decode((await cbor("DescribeStream", Buffer.from([0xbf, 0x61]))).raw)).toMatchObject({
    __type: "SerializationException",
  });
});

test("a body above the gateway's bound is refused before it is read", async () => {
  const got = await call(open.url, { target, body: Buffer.alloc(17_000_000, 32) });
  expect([got.status, got.json["__type"]]).toEqual([413, "RequestEntityTooLargeException"]);
});

test("a request that dribbles in is HTTP/1.1, whatever its first bytes could become", async () => {
  const body = "{}";
  const head = [
    "POST / HTTP/1.1",
    "Host: 127.0.0.1",
    "Content-Type: application/x-amz-json-1.1",
    "X-Amz-Target: Kinesis_20131202.ListStreams",
    `Content-Length: ${body.length}`,
    "Connection: close",
    "\r\n",
  ];
  const socket = connect({
    port: Number(new URL(open.url).port),
    host: "127.0.0.1",
    noDelay: true,
  });
  const got: Buffer[] = [];
  socket.on("data", (chunk: Buffer) => got.push(chunk));
  const closed = new Promise((resolve) => {
    socket.once("close", resolve);
  });
  for (const byte of `${head.join("\r\n")}${body}`) {
    // Each byte on its own: the next is written when this one has left.
    await new Promise((resolve) => {
      socket.write(byte, resolve);
    });
  }
  await closed;
  expect(Buffer.concat(got).toString()).toMatch(/^HTTP\/1.1 200 OK/);
});
