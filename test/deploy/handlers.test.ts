/** The bundled Lambdas against the engine itself: the same verdicts, the same answers, the same bytes of rows. */

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, expect, test } from "vitest";
import { bundleLambdas } from "../../src/deploy/aws/bundle.ts";
import { openCheck } from "../../src/deploy/aws/handlers/check.ts";
import type { PutOne } from "../../src/deploy/aws/handlers/put-records.ts";
import type { FirehoseAnswer } from "../../src/deploy/aws/handlers/transform.ts";
import { loadPlan } from "../../src/plan/load-plan.ts";
import type { Plan, StreamPlan } from "../../src/plan/plan.ts";
import { BlockPool } from "../../src/stages/delivery/index.ts";
import { openEncoder } from "../../src/stages/delivery/encode/encoder.ts";
import { toFrame } from "../../src/stages/delivery/fixture.ts";
import { SHOP } from "./shop.ts";

const out = mkdtempSync(join(tmpdir(), "millrace-lambda-"));
afterAll(() => rmSync(out, { recursive: true, force: true }));

let plan: Plan;
let code: Awaited<ReturnType<typeof bundleLambdas>>;
beforeAll(async () => {
  plan = await loadPlan(SHOP);
  code = await bundleLambdas(plan, out);
});

const order = (n: number, more: object = {}): object => ({
  order_id: `o-${n}`,
  customer: `Ann, "${n}"`,
  amount: n + 0.5,
  note: null,
  ...more,
});

function streamOf(name: string): StreamPlan {
  const found = plan.streams.find((one) => one.name === name);
  if (found === undefined) {
    throw new TypeError(`no stream ${name}`);
  }
  return found;
}

async function transformed(stream: string, records: readonly string[]): Promise<FirehoseAnswer> {
  const file = join(code("transform", stream), "index.mjs");
  const { handler } = (await import(pathToFileURL(file).href)) as {
    handler: (event: unknown) => Promise<FirehoseAnswer>;
  };
  return await handler({
    invocationId: "one",
    deliveryStreamArn: "arn:aws:firehose:us-east-1:000000000000:deliverystream/shop",
    region: "us-east-1",
    records: records.map((text, index) => ({
      recordId: `r${index}`,
      approximateArrivalTimestamp: ACCEPTED_AT,
      data: Buffer.from(text).toString("base64"),
      kinesisRecordMetadata: {
        shardId: "shardId-000000000003",
        partitionKey: "k",
        sequenceNumber: `${index + 1}`,
        subsequenceNumber: 0,
        approximateArrivalTimestamp: ACCEPTED_AT,
      },
    })),
  });
}

const ACCEPTED_AT = Date.UTC(2026, 6, 13, 14, 5, 6, 789);

/** What the engine's own delivery makes of the same records. */
function delivered(stream: StreamPlan, records: readonly string[]): string {
  const batch = openEncoder(stream, new BlockPool(1_048_576)).open();
  const frame = toFrame(records, { shard: 3, firstSequence: 1, acceptedAt: ACCEPTED_AT });
  batch.add(frame, 0, records.length);
  return Buffer.concat(batch.finish().rows.chunks).toString("utf8");
}

test("the packaged transform makes the bytes that the engine's delivery makes", async () => {
  const records = [order(1), order(2, { note: "drop" }), order(3, { extra: [1, 2] })].map((one) =>
    JSON.stringify(one),
  );
  const { records: answers } = await transformed("orders", records);
  expect(answers.map(({ result }) => result)).toEqual(["Ok", "Dropped", "Ok"]);
  const lines = answers.map(({ data }) => Buffer.from(data, "base64").toString("utf8")).join("");
  const [, ...engine] = delivered(streamOf("orders"), records).split("\n");
  expect(lines).toBe(engine.join("\n"));
});

test("a record that no row can be made of fails alone", async () => {
  const { records } = await transformed("orders", [
    JSON.stringify(order(1)),
    "not json",
    JSON.stringify(order(3)),
  ]);
  expect(records.map(({ result }) => result)).toEqual(["Ok", "ProcessingFailed", "Ok"]);
  expect(records[1]?.data).toBe(Buffer.from("not json").toString("base64"));
});

interface Kept {
  readonly puts: PutOne[];
  readonly errors: Map<string, string>;
  counted: number;
}

function checkOf(
  stream: string,
  refusals = 0,
): { kept: Kept; check: ReturnType<typeof openCheck> } {
  const kept: Kept = { puts: [], errors: new Map(), counted: 0 };
  let refused = 0;
  const check = openCheck({
    stream: streamOf(stream),
    records: {
      sleep: () => Promise.resolve(),
      put: (batch) =>
        Promise.resolve(
          batch.map((one) => {
            if (refused < refusals) {
              refused += 1;
              return undefined;
            }
            kept.puts.push(one);
            return { shard: "shardId-000000000001", sequence: `4961${kept.puts.length}` };
          }),
        ),
    },
    errors: {
      put: (key, body) => {
        kept.errors.set(key, body.toString("utf8"));
        return Promise.resolve();
      },
    },
    now: () => ACCEPTED_AT,
    count: (_stream, letters) => void (kept.counted += letters),
  });
  return { kept, check };
}

const rest = (body: string | null, more: object = {}): object => ({
  resource: "/v1/streams/orders/events",
  path: "/v1/streams/orders/events",
  httpMethod: "POST",
  headers: { "Content-Type": "application/json" },
  requestContext: { requestId: "req-1", identity: { sourceIp: "192.0.2.7" } },
  body,
  isBase64Encoded: false,
  ...more,
});

const http = (body: string, more: object = {}): object => ({
  version: "2.0",
  routeKey: "POST /v1/streams/{stream}/events",
  rawPath: "/v1/streams/orders/events",
  headers: { "content-type": "application/json" },
  requestContext: { requestId: "req-2", http: { method: "POST", sourceIp: "192.0.2.8" } },
  body,
  isBase64Encoded: false,
  ...more,
});

test.each([
  ["REST", rest],
  ["HTTP", http],
])("a good event by the %s form goes to Kinesis under its key", async (_name, form) => {
  const { kept, check } = checkOf("orders");
  const answer = await check(form(JSON.stringify(order(1))));
  expect(answer.statusCode).toBe(202);
  expect(JSON.parse(answer.body)).toMatchObject({ id: "o-1", status: "accepted" });
  expect(kept.puts).toMatchObject([{ key: 'Ann, "1"', id: "o-1" }]);
  expect(JSON.parse(String(kept.puts[0]?.data))).toEqual(order(1));
});

test("a batch is answered record by record, and the bad ones are kept with reasons", async () => {
  const { kept, check } = checkOf("orders", 1);
  const body = JSON.stringify([order(1), { order_id: "" }, order(2)]);
  const answer = await check(rest(body));
  expect(answer.statusCode).toBe(207);
  expect(JSON.parse(answer.body)).toMatchObject({ count: 3, accepted: 2, rejected: 1 });
  expect(kept.puts.map(({ id }) => String(id)).toSorted((a, b) => a.localeCompare(b))).toEqual([
    "o-1",
    "o-2",
  ]);
  expect(kept.counted).toBe(1);
  const [[key, text] = ["", ""]] = [...kept.errors];
  expect(key).toMatch(/^error\/2026\/07\/13\/14\/[0-9a-f-]{36}\.json$/);
  expect(JSON.parse(text)).toMatchObject({
    stream: "orders",
    stage: "check",
    caller: "192.0.2.7",
    request_id: "req-1",
    received_at: "2026-07-13T14:05:06.789Z",
    member: 1,
    raw_text: '{"order_id":""}',
    reasons: expect.arrayContaining([expect.objectContaining({ path: "/customer" })]),
  });
});

test.each([
  ["no body", rest(null), 400],
  ["no JSON", rest("{nonsense"), 422],
  ["a wrong type", rest("a,b", { headers: { "Content-Type": "text/xml" } }), 415],
  ["another method", rest("", { httpMethod: "GET" }), 405],
  [
    "a damaged gzip",
    rest("AAAA", { headers: { "Content-Encoding": "gzip" }, isBase64Encoded: true }),
    400,
  ],
  ["no event of API Gateway", { detail: 1 }, 400],
])("%s is answered as the gateway answers it", async (_name, event, status) => {
  const { kept, check } = checkOf("orders");
  const answer = await check(event);
  expect(answer.statusCode).toBe(status);
  expect(JSON.parse(answer.body)).toMatchObject({ error: { code: expect.any(String) } });
  expect(kept.puts).toEqual([]);
  expect(kept.errors.size).toBe(status === 422 ? 1 : 0);
});

test("gzip and CSV are read as the gateway reads them", async () => {
  const { kept, check } = checkOf("orders");
  const csv = "order_id,customer,amount\no-9,Bo,3.5\n";
  const headers = { "Content-Type": "text/csv", "Content-Encoding": "gzip" };
  const body = gzipSync(csv).toString("base64");
  const answer = await check(rest(body, { headers, isBase64Encoded: true }));
  expect(answer.statusCode).toBe(202);
  expect(kept.puts.map(({ id }) => id)).toEqual(["o-9"]);
});

test("what Kinesis goes on refusing is told as busy, and nothing bad is forgotten", async () => {
  const { kept, check } = checkOf("orders", 1000);
  const answer = await check(rest(JSON.stringify([order(1), { order_id: 3 }])));
  expect(answer.statusCode).toBe(429);
  expect(answer.headers["retry-after"]).toBe("1");
  expect(kept.errors.size).toBe(1);
});
