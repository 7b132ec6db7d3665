/** Bodies of every format, good and broken: what is accepted, what is set aside, and in which words. */

import { expect, test } from "vitest";
import { z } from "zod";
import { defined } from "../../base/assert.ts";
import { Fault } from "../../base/faults.ts";
import { LIMITS } from "../../base/limits.ts";
import { planPipeline } from "../../plan/plan-pipeline.ts";
import type { StreamPlan } from "../../plan/plan.ts";
import type { BodyFormat, Verdict } from "../../seams/check.ts";
import { openChecker } from "./index.ts";

const schema = z.object({
  name: z.string().min(1).max(10),
  age: z.int().min(0).max(150),
  weight: z.number().nullish(),
  born: z.iso.date().optional(),
  seen: z.iso.datetime().optional(),
  kind: z.enum(["cat", "dog"]).optional(),
  mail: z.email().optional(),
  tags: z.array(z.string()).optional(),
});

function planOf(stream: object = {}): StreamPlan {
  const definition = { name: "test", streams: { people: { schema, ...stream } } };
  return defined(planPipeline(definition, "/x/pipeline.ts").streams[0], "one stream is planned");
}

function check(body: string | Buffer, format: BodyFormat, stream: object = {}): Verdict {
  return openChecker(planOf(stream)).check(Buffer.from(body), format);
}

function accepted({ accepted: { bytes, starts, ends, count } }: Verdict): string[] {
  return Array.from({ length: count }, (_, i) => bytes.toString("utf8", starts[i], ends[i]));
}

function causes({ rejected }: Verdict): string[] {
  return rejected.flatMap(({ reasons }) => reasons.map(({ code }) => code));
}

function messages({ rejected }: Verdict): string[] {
  return rejected.flatMap(({ reasons }) => reasons.map(({ message }) => message));
}

const ADA = '{"name":"Ada","age":36}';
const BOB = '{"name":"Bob","age":7}';

test("lines are judged one by one, and members say their places", () => {
  const verdict = check(`${ADA}\n\r\nnot json\n  \n${BOB}\r\n[1]\n`, "ndjson");
  expect(verdict.count).toBe(4);
  expect(accepted(verdict)).toEqual([ADA, BOB]);
  expect([...(verdict.members ?? [])].slice(0, 2)).toEqual([0, 2]);
  expect(verdict.rejected.map(({ member, raw }) => [member, raw.toString()])).toEqual([
    [1, "not json"],
    [3, "[1]"],
  ]);
  expect(causes(verdict)).toEqual(["NOT_JSON", "NOT_AN_OBJECT"]);
});

test("a verdict without rejections names no members", () => {
  const verdict = check(`${ADA}\n${BOB}`, "ndjson");
  expect(verdict.members).toBeUndefined();
  expect(verdict.rejected).toEqual([]);
  expect(check("", "ndjson").count).toBe(0);
});

test("what the scanner does not take is judged in full and kept as it came", () => {
  const lines = ['{"age":36,"name":"Ada"}', '{ "name" : "\\u0041da", "age": 3.6e1 }'];
  expect(accepted(check(lines.join("\n"), "ndjson"))).toEqual(lines);
});

test.each([
  ["FIELD_MISSING", "/age", '{"name":"Ada"}', "age is missing"],
  ["FIELD_NULL", "/age", '{"name":"Ada","age":null}', "age may not be null"],
  ["FIELD_TYPE", "/age", '{"name":"A","age":"ten"}', 'age must be a whole number, got "ten"'],
  ["FIELD_TYPE", "/age", '{"name":"A","age":1.5}', "age must be a whole number, got 1.5"],
  ["FIELD_TYPE", "/weight", '{"name":"A","age":1,"weight":[]}', "weight must be a number"],
  ["FIELD_TYPE", "/tags/1", '{"name":"A","age":1,"tags":["a",2]}', "tags.1 must be text, got 2"],
  ["FIELD_RANGE", "/age", '{"name":"A","age":-1}', "age must be at least 0, got -1"],
  ["FIELD_RANGE", "/age", '{"name":"A","age":151}', "age must be at most 150, got 151"],
  ["FIELD_RANGE", "/name", '{"name":"","age":1}', "name must have at least 1 character, has 0"],
  ["FIELD_FORMAT", "/born", '{"name":"A","age":1,"born":"30.2.2026"}', "born must be a date such"],
  ["FIELD_FORMAT", "/born", '{"name":"A","age":1,"born":"2026-02-30"}', "born must be a date such"],
  ["FIELD_FORMAT", "/seen", '{"name":"A","age":1,"seen":"now"}', "seen must be a date and time"],
  ["FIELD_FORMAT", "/mail", '{"name":"A","age":1,"mail":"a@b"}', "mail must be in the format"],
  ["FIELD_VALUE", "/kind", '{"name":"A","age":1,"kind":"ox"}', 'kind must be one of "cat", "dog"'],
  ["FIELD_FORMAT", "/name", '{"name":"\\u0000","age":1}', "name holds a NUL character"],
  ["FIELD_FORMAT", "/name", '{"name":"\\ud83d","age":1}', "name holds half a character"],
  ["FIELD_FORMAT", "", '{"name":"A","age":1,"\\udc00":1}', "the record holds half a character"],
  ["FIELD_RANGE", "/more", '{"name":"A","age":1,"more":1e999}', "more is a number too large"],
  ["FIELD_RANGE", "/weight", '{"name":"A","age":1,"weight":-1e999}', "weight is a number too"],
  ["NOT_JSON", "", '{"name":"A","age":1,"age":2}', "the record has a field twice"],
  ["NOT_JSON", "", '{"name":"A","age":1', "the record is not JSON: "],
  ["NOT_AN_OBJECT", "", '"Ada"', "a record must be a JSON object, got a string"],
  ["NOT_AN_OBJECT", "", "null", "a record must be a JSON object, got null"],
])("%s at %j: %s", (...[code, path, line, says]) => {
  const verdict = check(line, "ndjson");
  expect(verdict.rejected).toHaveLength(1);
  const [reason] = defined(verdict.rejected[0], "one is rejected").reasons;
  expect(reason).toMatchObject({ code, path });
  expect(reason.message).toContain(says);
});

test("escapes that mean nothing special are taken, and so are doubled backslashes", () => {
  const line = '{"name":"a\\\\u0000","age":1}';
  expect(accepted(check(line, "ndjson"))).toEqual([line]);
});

test("all fields that are wrong are named, up to a bound", () => {
  const verdict = check('{"name":5,"weight":"x","kind":1}', "ndjson");
  expect(verdict.rejected[0]?.reasons.map(({ path }) => path)).toEqual([
    "/name",
    "/age",
    "/weight",
    "/kind",
  ]);
  const wide = Object.fromEntries(Array.from({ length: 120 }, (_, i) => [`f${i}`, z.int()]));
  const many = check("{}", "ndjson", { schema: z.object(wide) });
  expect(many.rejected[0]?.reasons).toHaveLength(LIMITS.reasonsPerRecordMax);
});

test("values are quoted at a bounded length", () => {
  const [message] = messages(check(`{"name":"A","age":"${"x".repeat(5000)}"}`, "ndjson"));
  expect(message?.length).toBeLessThan(150);
});

test("a record too large is set aside with all its bytes", () => {
  const line = `{"name":"A","age":1,"more":"${"x".repeat(LIMITS.recordBytesMax)}"}`;
  const verdict = check(`${line}\n${ADA}`, "ndjson");
  expect(causes(verdict)).toEqual(["TOO_LARGE"]);
  expect(verdict.rejected[0]?.raw.toString()).toBe(line);
  expect(accepted(verdict)).toEqual([ADA]);
});

test("nesting is bounded, however deep the text", () => {
  const deep = `{"name":"A","age":1,"more":${"[".repeat(200_000)}${"]".repeat(200_000)}}`;
  expect(messages(check(deep, "ndjson"))).toEqual(["the record is nested deeper than 100 levels"]);
});

test("unknown fields are taken, or set aside where the drift policy says so", () => {
  const line = '{"name":"Ada","age":36,"a/b":1}';
  expect(accepted(check(line, "ndjson"))).toEqual([line]);
  expect(accepted(check(line, "ndjson", { drift: { newField: "ignore" } }))).toEqual([line]);
  const closed = check(`${line}\n${ADA}`, "ndjson", { drift: { newField: "quarantine" } });
  expect(closed.rejected[0]?.reasons[0]).toMatchObject({ code: "FIELD_UNKNOWN", path: "/a~1b" });
  expect(accepted(closed)).toEqual([ADA]);
});

test("lines that are no text are set aside, good neighbours are not", () => {
  const latin1 = Buffer.from('{"name":"Zoë","age":1}', "latin1");
  const body = Buffer.concat([Buffer.from(`${ADA}\n`), latin1, Buffer.from(`\n${BOB}\n`)]);
  const verdict = check(body, "ndjson");
  expect(accepted(verdict)).toEqual([ADA, BOB]);
  expect(causes(verdict)).toEqual(["NOT_UTF8"]);
  expect(verdict.rejected[0]?.raw).toEqual(latin1);
});

/** Bytes as a picture has them: no text, line feeds now and then. */
function noise(length: number): Buffer {
  let state = 1;
  return Buffer.from(
    Array.from({ length }, () => {
      state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
      return state >>> 24;
    }),
  );
}

test.each(["ndjson", "json", "csv"] as const)("a binary %s body is a few rejections", (format) => {
  const body = noise(2_000_000);
  const verdict = check(body, format);
  expect(verdict.accepted.count).toBe(0);
  expect(verdict.rejected.length).toBeGreaterThan(0);
  expect(verdict.rejected.length).toBeLessThan(10);
  expect(verdict.rejected.reduce((sum, { raw }) => sum + raw.length, 0)).toBeGreaterThan(1_999_000);
});

test("good lines between binary ones arrive", () => {
  const body = Buffer.concat([noise(5000), Buffer.from(`\n${ADA}\n`), noise(5000)]);
  expect(accepted(check(body, "ndjson"))).toEqual([ADA]);
});

test("more records than a batch may hold are refused", () => {
  const body = `${ADA}\n`.repeat(LIMITS.batchRecordsMax);
  expect(check(body, "ndjson").accepted.count).toBe(LIMITS.batchRecordsMax);
  expect(() => check(`${body}x`, "ndjson")).toThrow(Fault);
});

test("one object is one record; several lines of it become one", () => {
  expect(accepted(check(` ${ADA}\n`, "json"))).toEqual([ADA]);
  const pretty = '{\n  "name": "A \\" b",\r\n  "age": 12\n}';
  expect(accepted(check(pretty, "json"))).toEqual(['{"name":"A \\" b","age":12}']);
  expect(accepted(check(`\ufeff${ADA}`, "json"))).toEqual([ADA]);
});

test("the members of an array are judged one by one", () => {
  const body = `[ ${ADA},{"name":"X"},\n 5 , {"name":"Y","age":1,"tags":["]","}"]},tru, ${BOB} ]`;
  const verdict = check(body, "json");
  expect(accepted(verdict)).toEqual([ADA, '{"name":"Y","age":1,"tags":["]","}"]}', BOB]);
  expect(causes(verdict)).toEqual(["FIELD_MISSING", "NOT_AN_OBJECT", "NOT_JSON"]);
  expect(verdict.rejected.map(({ raw }) => raw.toString())).toEqual(['{"name":"X"}', "5", "tru"]);
  expect(check(" [ ] ", "json").count).toBe(0);
});

test.each([
  `[${ADA}`,
  `[${ADA},`,
  `[${ADA},]`,
  `[,${ADA}]`,
  `[${ADA} ${BOB}]`,
  `[${ADA}]${BOB}`,
  `[${ADA},{"name":"x]`,
  "[",
])("the broken array %s is set aside whole", (body) => {
  const verdict = check(body, "json");
  expect(verdict.count).toBe(1);
  expect(causes(verdict)).toEqual(["NOT_JSON"]);
  expect(verdict.rejected[0]?.raw.toString()).toBe(body);
});

test.each([
  ["5", "NOT_AN_OBJECT"],
  ["nul", "NOT_JSON"],
  ['{"name":', "NOT_JSON"],
  [`${ADA}\n${BOB}`, "NOT_JSON"],
])("the document %j is one rejection: %s", (body, code) => {
  const verdict = check(body, "json");
  expect(causes(verdict)).toEqual([code]);
  expect(verdict.rejected[0]?.raw.toString()).toBe(body);
});

test("a broken array leaves the body's bytes as they came", () => {
  const body = '[{\n"age":1,"name":"A"\n},';
  expect(check(body, "json").rejected[0]?.raw.toString()).toBe(body);
});
