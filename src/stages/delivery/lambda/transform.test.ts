/** Handler files for real, in their threads: every way an answer or a handler can be wrong, and how it ends. */

import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Problems } from "../../../plan/settle.ts";
import { planLambda } from "../../../plan/plan-transform.ts";
import { lambdaHandler } from "../../../define/lambda.ts";
import { defined } from "../../../base/assert.ts";
import { eventBytes, type LambdaRecord, PAYLOAD_BYTES_MAX, toEventText } from "./contract.ts";
import { type LambdaTransform, openLambdaTransform } from "./transform.ts";

let folder: string;
let waits: number[];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "millrace-lambda-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

type Options = Parameters<typeof lambdaHandler>[1];

async function open(code: string, options: Options = {}, name = "t.mjs"): Promise<LambdaTransform> {
  const file = join(folder, `${Math.random().toString(36).slice(2)}-${name}`);
  await writeFile(file, code);
  const problems = new Problems();
  const lambda = planLambda(lambdaHandler(file, options), { path: "", problems, folder });
  waits = [];
  return openLambdaTransform({
    lambda: defined(lambda, problems.found.map(({ says }) => says).join()),
    facts: { deliveryStreamArn: "arn:d", region: "us-east-1", sourceKinesisStreamArn: "arn:k" },
    sleep: async (ms) => void waits.push(ms),
  });
}

function recordsOf(...texts: string[]): LambdaRecord[] {
  return texts.map((text, index) => ({
    id: `r${index}`,
    arrivedAt: 1_700_000_000_000,
    data: Buffer.from(text),
    kinesis: {
      shardId: "shardId-000000000000",
      partitionKey: "k",
      sequenceNumber: String(index + 1),
      subsequenceNumber: 0,
    },
  }));
}

const never = new AbortController().signal;

async function run(transform: LambdaTransform, ...texts: string[]): Promise<string[]> {
  await using opened = transform;
  const results = await opened.run(recordsOf(...texts), never);
  return (results ?? []).map(({ outcome, attempts }) => {
    const says =
      outcome.kind === "ok"
        ? `${outcome.data.toString()} ${JSON.stringify(outcome.keys)}`
        : outcome.kind === "failed"
          ? outcome.code
          : "";
    return `${outcome.kind} ${attempts} ${says}`.trim();
  });
}

describe("a Lambda handler", () => {
  it("gets Firehose's event and a Lambda's context", async () => {
    const out = join(folder, "event.json");
    const transform = await open(`
      import { writeFileSync } from "node:fs";
      export const handler = async (event, context) => {
        writeFileSync(${JSON.stringify(out)}, JSON.stringify({ event, context, left: context.getRemainingTimeInMillis() }));
        return { records: event.records.map(({ recordId, data }) => ({ recordId, result: "Ok", data })) };
      };`);
    expect(await run(transform, "a")).toEqual(["ok 1 a {}"]);
    const { event, context, left } = JSON.parse(await readFile(out, "utf8"));
    expect(event).toEqual({
      invocationId: expect.any(String),
      sourceKinesisStreamArn: "arn:k",
      deliveryStreamArn: "arn:d",
      region: "us-east-1",
      records: [
        {
          recordId: "r0",
          approximateArrivalTimestamp: 1_700_000_000_000,
          data: "YQ==",
          kinesisRecordMetadata: {
            sequenceNumber: "1",
            subsequenceNumber: 0,
            partitionKey: "k",
            shardId: "shardId-000000000000",
            approximateArrivalTimestamp: 1_700_000_000_000,
          },
        },
      ],
    });
    expect(context).toMatchObject({ functionVersion: "$LATEST", awsRequestId: expect.any(String) });
    expect(left).toBeGreaterThan(0);
  });

  it("answers Ok, Dropped, ProcessingFailed, and each wrong member fails alone", async () => {
    const transform = await open(`
      const b = (text) => Buffer.from(text).toString("base64");
      export const handler = async ({ records: [a, c, d, e, f, g, h, i, j] }) => ({ records: [
        { recordId: "r1", result: "Dropped" },
        { recordId: "r0", result: "Ok", data: b("A"), metadata: { partitionKeys: { y: "2026" } } },
        { recordId: "r2", result: "ProcessingFailed", data: "" },
        { recordId: "r4", result: "Ok", data: b("1") }, { recordId: "r4", result: "Ok", data: b("2") },
        { recordId: "r5", result: "ok", data: b("x") },
        { recordId: "r6", result: "Ok", data: "not base64!" },
        { recordId: "r7", result: "Ok" },
        { recordId: "r8", result: "Ok", data: b("x"), metadata: { partitionKeys: { n: 1 } } },
        { recordId: "unknown", result: "Ok", data: b("x") }, null,
      ] });`);
    expect(await run(transform, ...Array.from({ length: 9 }, () => "x"))).toEqual([
      'ok 1 A {"y":"2026"}',
      "dropped 1",
      "failed 1 Lambda.ProcessingFailedStatus",
      "failed 1 Lambda.MissingRecordId",
      "failed 1 Lambda.DuplicatedRecordId",
      "failed 1 Lambda.InvalidReturnFormat",
      "failed 1 Lambda.InvalidReturnFormat",
      "failed 1 Lambda.InvalidReturnFormat",
      "failed 1 Lambda.InvalidReturnFormat",
    ]);
  });

  it.each([
    ["no records", "async () => ({})", "failed 1 Lambda.MissingRecordId"],
    ["nothing", "async () => undefined", "failed 1 Lambda.MissingRecordId"],
    ["a text", 'async () => "x"', "failed 1 Lambda.MissingRecordId"],
    ["a throw", 'async () => { throw new TypeError("no") }', "failed 4 Lambda.FunctionError"],
    ["a throw of nothing", "async () => { throw undefined }", "failed 4 Lambda.FunctionError"],
    ["an end of its runtime", "async () => process.exit(1)", "failed 4 Lambda.FunctionError"],
    [
      "a stray rejection",
      'async () => { Promise.reject(new RangeError("x")); await new Promise(() => {}); }',
      "failed 4 Lambda.FunctionError",
    ],
    [
      "too large an answer",
      'async () => ({ records: [], x: "x".repeat(7e6) })',
      "failed 4 Lambda.FunctionError",
    ],
    ["what JSON cannot hold", "async () => ({ records: [1n] })", "failed 4 Lambda.FunctionError"],
  ])("%s fails the batch", async (_name, code, result) => {
    const transform = await open(`export const handler = ${code};`);
    expect(await run(transform, "a")).toEqual([result]);
    expect(waits).toEqual(result.includes("4") ? [100, 200, 400] : []);
  });

  it("is ended when it hangs, with and without a loop, and the next call gets a new thread", async () => {
    const code = `
      export const handler = async ({ records: [{ recordId, data }] }) => {
        const text = Buffer.from(data, "base64").toString();
        if (text === "loop") for (;;);
        if (text === "wait") await new Promise((r) => setTimeout(r, 1e9));
        return { records: [{ recordId, result: "Ok", data }] };
      };`;
    await using transform = await open(code, { timeout: "400ms", retries: 0 });
    const codes: string[] = [];
    for (const text of ["loop", "a", "wait", "b"]) {
      const [result] = (await transform.run(recordsOf(text), never)) ?? [];
      codes.push(result?.outcome.kind === "failed" ? result.outcome.code : "fine");
    }
    expect(codes).toEqual(["Lambda.FunctionTimedOut", "fine", "Lambda.FunctionTimedOut", "fine"]);
  });

  it("is ended when it wants too much memory", async () => {
    const code = `export const handler = async () => { const all = []; for (;;) all.push(new Array(1e5).fill({})); };`;
    expect(await run(await open(code, { memory: "32MiB", retries: 0 }), "a")).toEqual([
      "failed 1 Lambda.FunctionError",
    ]);
  });

  it("is tried again until it succeeds", async () => {
    const mark = join(folder, "mark");
    const code = `
      import { appendFileSync, readFileSync } from "node:fs";
      export const handler = async ({ records }) => {
        appendFileSync("${mark}", "x");
        if (readFileSync("${mark}").length < 3) throw new Error("not yet");
        return { records: records.map((r) => ({ recordId: r.recordId, result: "Ok", data: r.data })) };
      };`;
    expect(await run(await open(code), "a")).toEqual(["ok 3 a {}"]);
  });

  it("may be of any age: callback, context.succeed, CommonJS, another name", async () => {
    const echo = "{ records: [{ recordId: 'r0', result: 'Ok', data: 'YQ==' }] }";
    const callback = `export function handler(event, context, callback) { setTimeout(() => callback(null, ${echo}), 1); }`;
    expect(await run(await open(callback), "a")).toEqual(["ok 1 a {}"]);
    const succeed = `export function main(event, context, cb) { context.succeed(${echo}); }`;
    expect(await run(await open(succeed, { handler: "main" }), "a")).toEqual(["ok 1 a {}"]);
    const common = `exports.handler = async () => (${echo});`;
    expect(await run(await open(common, {}, "t.cjs"), "a")).toEqual(["ok 1 a {}"]);
    const typed = `export const handler = async (event: { records: unknown[] }) => (${echo});`;
    expect(await run(await open(typed, {}, "t.ts"), "a")).toEqual(["ok 1 a {}"]);
  });

  it("that cannot be had judges nothing", async () => {
    for (const code of [
      "export const other = 1;",
      "import './nowhere.mjs';",
      "export const handler = 1;",
      "}",
    ]) {
      await using transform = await open(code);
      await expect(transform.run(recordsOf("a"), never)).rejects.toMatchObject({
        code: "LAMBDA_UNUSABLE",
      });
    }
  });

  it("stops at once when delivery does", async () => {
    await using transform = await open("export const handler = () => new Promise(() => {});");
    const stop = new AbortController();
    const running = transform.run(recordsOf("a"), stop.signal);
    setImmediate(() => stop.abort());
    expect(await running).toBeUndefined();
  });

  it("is given batches of its buffer's size, and never more than an invocation takes", async () => {
    const code = `export const handler = async ({ records }) => ({ records: records.map(({ recordId }) => (
      { recordId, result: "Ok", data: Buffer.from(String(records.length)).toString("base64") })) });`;
    const texts = Array.from({ length: 5 }, () => "x".repeat(100_000));
    const transform = await open(code, { buffer: "204800B" });
    expect(await run(transform, ...texts)).toEqual(
      ["3", "3", "3", "2", "2"].map((n) => `ok 1 ${n} {}`),
    );
    const huge = "x".repeat(5_000_000);
    expect(await run(await open(code), "a", huge, "b")).toEqual([
      "ok 1 1 {}",
      "failed 1 Lambda.RequestTooLarge",
      "ok 1 1 {}",
    ]);
    const records = recordsOf(...Array.from({ length: 50 }, () => '\u0000"'));
    const keyed = records.map((record) => ({
      ...record,
      kinesis: { ...defined(record.kinesis, ""), partitionKey: "\u0001".repeat(256) },
    }));
    const facts = {
      invocationId: "i",
      deliveryStreamArn: "d",
      region: "r",
      sourceKinesisStreamArn: undefined,
    };
    const bound = keyed.reduce((sum, record) => sum + eventBytes(record), 0);
    expect(Buffer.byteLength(toEventText(keyed, facts))).toBeLessThan(bound);
    expect(PAYLOAD_BYTES_MAX).toBeGreaterThan(6e6);
  });
});
