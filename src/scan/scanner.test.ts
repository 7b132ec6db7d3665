/** What the scanner takes, what it leaves to the general way, and where it says the values are. */

import { expect, test } from "vitest";
import { z } from "zod";
import { defined } from "../base/assert.ts";
import { planPipeline } from "../plan/plan-pipeline.ts";
import type { StreamPlan } from "../plan/plan.ts";
import { compileScanner, openJoin } from "./index.ts";

function planOf(schema: z.ZodType): StreamPlan {
  const plan = planPipeline({ name: "test", streams: { events: { schema } } }, "/x/pipeline.ts");
  return defined(plan.streams[0], "one stream is planned");
}

const schema = z.object({
  id: z.string().min(1).max(8),
  n: z.int(),
  x: z.number().min(0).max(10).nullish(),
  ok: z.boolean().optional(),
  kind: z.enum(["a", "b", "längst"]).optional(),
  day: z.iso.date().optional(),
  at: z.iso.datetime().nullish(),
  uid: z.uuid().optional(),
  tags: z.array(z.string()).optional(),
  few: z.int().gt(3).lt(9).nullable().optional(),
});
const scanner = compileScanner(planOf(schema));

function scan(text: string): 0 | 1 {
  // Bytes around the record must not matter.
  const bytes = Buffer.from(`xx${text}"}`);
  return scanner.scan(bytes, 2, bytes.length - 2);
}

function values(text: string): (string | undefined | null)[] {
  const bytes = Buffer.from(text);
  expect(scanner.scan(bytes, 0, bytes.length)).toBe(0);
  return scanner.fields.map((_field, i) => {
    const [start, end] = [scanner.offsets[2 * i] ?? 0, scanner.offsets[2 * i + 1] ?? 0];
    const missing = start === -1 ? undefined : null;
    return start < 0 ? missing : bytes.toString("utf8", start, end);
  });
}

test.each([
  '{"id":"a","n":1}',
  '{"id":"a","n":0}',
  '{"id":"a","n":-9007199254740991}',
  '{"id": "a", "n": 1, "x": null}',
  '{"id":"💧💧💧💧💧💧💧💧","n":1}',
  '{"id":"a","n":1,"x":10}',
  '{"id":"a","n":1,"x":0.5,"ok":true,"kind":"längst"}',
  '{"id":"a","n":1,"ok":false,"day":"2024-02-29","at":"2026-01-31T23:59:59.123456789+05:30"}',
  '{"id":"a","n":1,"at":null,"uid":"00000000-0000-0000-0000-000000000000","few":8}',
  '{"id":"a","n":1,"few":null}',
])("takes %s", (text) => {
  expect(scan(text)).toBe(0);
});

test.each([
  "",
  "{",
  "{}",
  "[]",
  '{"id":"a"}',
  '{"n":1,"id":"a"}',
  '{"id":"a","n":1,}',
  '{"id":"a","n":1}}',
  '{"id":"a","n":1} ',
  '{"id":"a","n":1',
  '{"id":"a","n":1,"n":1}',
  '{"id":"a","n":1,"y":1}',
  '{"id":"","n":1}',
  '{"id":"123456789","n":1}',
  '{"id":"💧💧💧💧💧💧💧💧💧","n":1}',
  '{"id":"a\\n","n":1}',
  '{"id":"a\nb","n":1}',
  '{"id":null,"n":1}',
  '{"id":1,"n":1}',
  '{"id":"a","n":"1"}',
  '{"id":"a","n":1.0}',
  '{"id":"a","n":1e2}',
  '{"id":"a","n":-0}',
  '{"id":"a","n":01}',
  '{"id":"a","n":9007199254740992}',
  '{"id":"a","n":12345678901234567}',
  '{"id":"a","n":-}',
  '{"id":"a","n":1,"x":10.1}',
  '{"id":"a","n":1,"x":-0.1}',
  '{"id":"a","n":1,"x":1.}',
  '{"id":"a","n":1,"x":.5}',
  '{"id":"a","n":1,"x":00.5}',
  '{"id":"a","n":1,"x":1e0}',
  '{"id":"a","n":1,"x":9.99999999999999999}',
  '{"id":"a","n":1,"ok":truE}',
  '{"id":"a","n":1,"ok":null}',
  '{"id":"a","n":1,"kind":"c"}',
  '{"id":"a","n":1,"day":"2026-02-29"}',
  '{"id":"a","n":1,"day":"0000-01-01"}',
  '{"id":"a","n":1,"day":"2026-1-01"}',
  '{"id":"a","n":1,"at":"2026-02-30T00:00:00Z"}',
  '{"id":"a","n":1,"at":"2026-01-01T24:00:00Z"}',
  '{"id":"a","n":1,"at":"2026-01-01T00:00:60Z"}',
  '{"id":"a","n":1,"at":"2026-01-01T00:00Z"}',
  '{"id":"a","n":1,"at":"2026-01-01T00:00:00.Z"}',
  '{"id":"a","n":1,"at":"2026-01-01T00:00:00.1234567890Z"}',
  '{"id":"a","n":1,"at":"2026-01-01 00:00:00Z"}',
  '{"id":"a","n":1,"at":"2026-01-01T00:00:00"}',
  '{"id":"a","n":1,"uid":"00000000-0000-9000-8000-000000000000"}',
  '{"id":"a","n":1,"tags":[]}',
  '{"id":"a","n":1,"few":3}',
  '{"id":"a","n":1,"few":9}',
])("leaves %j to the general way", (text) => {
  expect(scan(text)).toBe(1);
});

test("offsets say where the values are, what is absent and what is null", () => {
  expect(values('{"id":"a","n":-12,"x":null,"ok":true}').slice(0, 5)).toEqual([
    "a",
    "-12",
    null,
    "true",
    undefined,
  ]);
  expect(values('{"id": "b", "n": 7, "kind": "längst"}').slice(0, 5)).toEqual([
    "b",
    "7",
    undefined,
    undefined,
    "längst",
  ]);
});

test("every cut of a record short of its end is left to the general way, wherever its buffer ends", () => {
  const whole = '{"id":"a","n":1,"x":0.5,"ok":true,"kind":"b","day":"2024-02-29","at":null}';
  for (let length = 0; length < whole.length; length += 1) {
    const bytes = Buffer.from(whole.slice(0, length));
    expect(scanner.scan(bytes, 0, length)).toBe(1);
    expect(scanner.scan(Buffer.from(whole), 0, length)).toBe(1);
  }
});

test("a prefix is read up to its own end", () => {
  const bytes = Buffer.from('{"id":"a","n":1}\n{"id":"b","n":2}');
  expect(scanner.scanPrefix(bytes, 0, bytes.length)).toBe(16);
  expect(scanner.scanPrefix(bytes, 17, bytes.length)).toBe(33);
});

test("wide records are scanned by the same rules", () => {
  const fields = Array.from({ length: 473 }, (_, i) => [`field_${i}`, z.number().nullish()]);
  const shape = Object.fromEntries(fields) as Record<string, z.ZodType>;
  const wide = compileScanner(planOf(z.object({ ...shape, last: z.string() })));
  const scanText = (text: string) => wide.scan(Buffer.from(text), 0, Buffer.byteLength(text));
  expect(scanText('{"field_3":1.5,"field_7":null,"field_400":2,"last":"z"}')).toBe(0);
  expect([6, 7, 14, 15, 800].map((at) => wide.offsets[at])).toEqual([11, 14, -2, -2, 42]);
  expect(wide.offsets[0]).toBe(-1);
  expect(scanText('{"field_7":1,"field_3":1,"last":"z"}')).toBe(1);
  expect(scanText('{"field_3":1,"field_3":1,"last":"z"}')).toBe(1);
  expect(scanText('{"field_3":1,"field_473":1,"last":"z"}')).toBe(1);
  expect(scanText('{"field_3":1}')).toBe(1);
  expect(scanText("{}")).toBe(1);
});

test("names that JSON escapes, and schemas with rules of their own, are left to the general way", () => {
  const awkward = compileScanner(planOf(z.object({ 'a"b': z.string() })));
  expect(awkward.scan(Buffer.from('{"a\\"b":"x"}'), 0, 12)).toBe(1);
  const plan = planOf(z.object({ a: z.string() }));
  const closed = compileScanner({ ...plan, schema: { ...plan.schema, minProperties: 2 } });
  expect(closed.scan(Buffer.from('{"a":"x"}'), 0, 9)).toBe(1);
});

test("names cannot get into the compiled code", () => {
  const name = "a`;globalThis.broken=1;//${1}";
  const plan = planOf(z.object({ [name]: z.enum(["`${1}`"]) }));
  const text = JSON.stringify({ [name]: "`${1}`" });
  expect(compileScanner(plan).scan(Buffer.from(text), 0, text.length)).toBe(0);
  expect(globalThis).not.toHaveProperty("broken");
});

test("joined fields read the same whatever the number's spelling", () => {
  const plan = planOf(z.object({ a: z.string(), b: z.number().nullish(), c: z.int().optional() }));
  const joined = compileScanner(plan);
  const join = openJoin(joined, ["a", "b", "c"]);
  const read = (text: string) => {
    const bytes = Buffer.from(text);
    expect(joined.scan(bytes, 0, bytes.length)).toBe(0);
    join.read(bytes);
    return Buffer.from(join.bytes.subarray(join.start, join.end)).toString();
  };
  expect(read('{"a":"é","b":1.50,"c":7}')).toBe("é|1.5|7");
  expect(read('{"a":"","b":null}')).toBe("||");
  expect(read(`{"a":"${"x".repeat(1000)}","b":100000000000000000000000,"c":1}`)).toBe(
    `${"x".repeat(1000)}|1e+23|1`,
  );
});
