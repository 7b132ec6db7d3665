/** The ingest: what is durable when it answers, what it answers, and how it fails. */

import { expect, test } from "vitest";
import type { DeadLetter } from "../../base/dead-letter.ts";
import { Fault } from "../../base/faults.ts";
import { LIMITS } from "../../base/limits.ts";
import type { Checker } from "../../seams/check.ts";
import type { IngestRequest } from "../../seams/ingest.ts";
import { MemoryAppender, memoryChecker, NOW } from "./door.fixture.ts";
import { openIngest } from "./ingest.ts";

function setUp(checker = memoryChecker) {
  const appender = new MemoryAppender();
  const deadLetters = new MemoryAppender();
  let ids = 0;
  const ingest = openIngest({
    streams: new Map([["prices", { checker, appender }]]),
    deadLetters,
    clock: { now: () => NOW },
    newId: () => `n${(ids += 1)}`,
  });
  const accept = (body: string | Buffer, more: Partial<IngestRequest> = {}) =>
    ingest.accept({
      stream: "prices",
      body: Buffer.from(body),
      format: "ndjson",
      caller: "127.0.0.1",
      requestId: "r1",
      wantIds: true,
      ...more,
    });
  return { appender, deadLetters, ingest, accept };
}

function lettersOf(appender: MemoryAppender): DeadLetter[] {
  return appender.records.map((text) => JSON.parse(text) as DeadLetter);
}

test("good records are appended and named by shard and sequence", async () => {
  const { accept, appender, deadLetters, ingest } = setUp();
  const answer = await accept('{"a":1}\n{"a":2}\n');
  expect(appender.records).toEqual(['{"a":1}', '{"a":2}']);
  expect(answer).toEqual({
    count: 2,
    accepted: 2,
    duplicates: 0,
    acceptedAt: NOW,
    receipts: expect.objectContaining({ sequences: Float64Array.of(1, 2), repeatOf: undefined }),
    rejected: [],
    ids: ["prices.0.1", "prices.0.2"],
    members: undefined,
  });
  expect(deadLetters.records).toEqual([]);
  expect(ingest.counts()).toEqual({ accepted: 2, duplicates: 0, rejected: 0, bytes: 16 });
});

test("ids that the plan reads from the bytes win over assigned ones", async () => {
  const ids = { bytes: Buffer.from("own-0own-1"), ends: Uint32Array.of(5, 10) };
  const check: Checker["check"] = (...body) => ({ ...memoryChecker.check(...body), ids });
  const { accept } = setUp({ ...memoryChecker, check });
  const mixed = await accept('{"a":1}\n{"bad":1}\n{"a":2}');
  expect(mixed.ids).toEqual(["own-0", "own-1"]);
  const unwanted = await accept('{"a":1}', { wantIds: false });
  expect(unwanted.ids).toBeUndefined();
});

test("a bad record is a whole dead letter before the answer, its neighbours are kept", async () => {
  const { accept, appender, deadLetters, ingest } = setUp();
  const answer = await accept('{"a":1}\n{"bad":"ä"}\nnope\n{"a":2}');
  expect(appender.records).toEqual(['{"a":1}', '{"a":2}']);
  expect([...(answer.members ?? [])]).toEqual([0, 3]);
  expect(answer.rejected.map(({ member, id }) => [member, id])).toEqual([
    [1, "n1.1"],
    [2, "n1.2"],
  ]);
  const [letter] = lettersOf(deadLetters);
  expect(letter).toEqual({
    id: "n1.1",
    stream: "prices",
    stage: "check",
    cause: "FIELD_VALUE",
    reasons: [{ code: "FIELD_VALUE", path: "/bad", message: "bad must not be there" }],
    schema_version: "test-schema",
    received_at: "2026-11-21T10:00:00.123Z",
    caller: "127.0.0.1",
    request_id: "r1",
    member: 1,
    raw_base64: Buffer.from('{"bad":"ä"}').toString("base64"),
    raw_text: '{"bad":"ä"}',
  });
  expect(ingest.counts()).toMatchObject({ accepted: 2, rejected: 2 });
});

test("when all are bad the stream is not touched", async () => {
  const { accept, appender } = setUp();
  const answer = await accept("x\ny");
  expect(answer).toMatchObject({ count: 2, accepted: 0, acceptedAt: NOW, ids: undefined });
  expect(appender.batches).toEqual([]);
});

test("two requests with the same id of the client's get different dead letters", async () => {
  const { accept, deadLetters } = setUp();
  await accept("x");
  await accept("y");
  expect(lettersOf(deadLetters).map(({ id, request_id }) => [id, request_id])).toEqual([
    ["n1.0", "r1"],
    ["n2.0", "r1"],
  ]);
});

test("bytes that are no text, or too many, are kept as base64 alone", async () => {
  const { accept, deadLetters } = setUp();
  await accept("a\u0001b");
  await accept(Buffer.from(`"${"x".repeat(LIMITS.recordBytesMax)}`), { format: "json" });
  const [controls, large] = lettersOf(deadLetters);
  expect(controls?.raw_text).toBeNull();
  expect(controls?.raw_base64).toBe(Buffer.from("a\u0001b").toString("base64"));
  expect(large?.raw_text).toBeNull();
  expect(Buffer.from(large?.raw_base64 ?? "", "base64").length).toBe(LIMITS.recordBytesMax + 1);
});

test("dead letters of a large body are appended in parts a commit can hold", async () => {
  const { accept, deadLetters } = setUp();
  const line = "x".repeat(1_000_000);
  const answer = await accept(Array.from({ length: 15 }, () => line).join("\n"));
  expect(answer.rejected).toHaveLength(15);
  expect(deadLetters.batches.length).toBeGreaterThan(1);
  expect(lettersOf(deadLetters).map(({ member }) => member)).toEqual([...answer.rejected.keys()]);
  const partBytesMax = LIMITS.commitBytesMax / 4;
  const perPart = Math.max(...deadLetters.batches);
  expect(perPart * (deadLetters.records[0]?.length ?? 0)).toBeLessThanOrEqual(partBytesMax);
});

test("the call fails when the letters, or the records, cannot be kept", async () => {
  const { accept, appender, deadLetters, ingest } = setUp();
  deadLetters.fail = new Fault("STREAM_WRITE_FAILED", { stream: "dead_letters", cause: "full" });
  await expect(accept('{"a":1}\nx')).rejects.toMatchObject({ code: "STREAM_WRITE_FAILED" });
  deadLetters.fail = undefined;
  appender.fail = new Fault("STREAM_BUSY", { stream: "prices", bytes: 1 });
  await expect(accept('{"a":1}\nx')).rejects.toMatchObject({ code: "STREAM_BUSY" });
  await expect(accept('{"a":1}')).rejects.toMatchObject({ code: "STREAM_BUSY" });
  // Of two failures, the one that sending again does not mend is told.
  deadLetters.fail = new Fault("STREAM_RECORD_TOO_LARGE", { bytes: 2, bytesMax: 1 });
  await expect(accept('{"a":1}\nx')).rejects.toMatchObject({ code: "STREAM_RECORD_TOO_LARGE" });
  expect(ingest.counts()).toEqual({ accepted: 0, duplicates: 0, rejected: 0, bytes: 0 });
});

test("the answer of a slow append is not mixed with a later check", async () => {
  const { accept, appender } = setUp();
  const gate = Promise.withResolvers<void>();
  appender.hold = gate.promise;
  const slow = accept('x\n{"a":1}\n{"a":2}');
  const other = accept('{"a":3}\nx\nx\nx\n{"a":4}');
  gate.resolve();
  expect([...((await slow).members ?? [])]).toEqual([1, 2]);
  expect([...((await other).members ?? [])]).toEqual([0, 4]);
  expect(appender.records).toEqual(['{"a":1}', '{"a":2}', '{"a":3}', '{"a":4}']);
});

test("unknown streams and bodies without a record are faults", async () => {
  const { accept } = setUp();
  const unknown = accept("{}", { stream: "nope" });
  await expect(unknown).rejects.toMatchObject({ code: "STREAM_UNKNOWN" });
  await expect(accept("[]", { format: "json" })).rejects.toMatchObject({ code: "BODY_EMPTY" });
  await expect(accept("a,b\n", { format: "csv" })).rejects.toMatchObject({ code: "BODY_EMPTY" });
});
