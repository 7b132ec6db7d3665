/** Schemas beyond flat fields: nesting, unions, references, formats; and how their errors are told. */

import { expect, test } from "vitest";
import { z } from "zod";
import { defined } from "../../../base/assert.ts";
import { planPipeline } from "../../../plan/plan-pipeline.ts";
import { openSchema, type Schema } from "./schema.ts";

function schemaOf(schema: z.ZodType): Schema {
  const plan = planPipeline({ name: "test", streams: { events: { schema } } }, "/x/pipeline.ts");
  return openSchema(defined(plan.streams[0], "one stream is planned").schema);
}

function judge(schema: Schema, event: Record<string, unknown>): string[] {
  const reasons = schema
    .reasons(event)
    .map(({ code, path, message }) => `${code} ${path} ${message}`);
  expect(schema.accepts(event)).toBe(reasons.length === 0);
  return reasons;
}

test("nested objects and lists are judged, and paths lead inside", () => {
  const schema = schemaOf(
    z.object({
      a: z.strictObject({ b: z.array(z.int()).max(1), "c/d": z.string().optional() }),
      m: z.record(z.string(), z.number()).optional(),
    }),
  );
  expect(judge(schema, { a: { b: [1] } })).toEqual([]);
  expect(judge(schema, { a: { b: ["x"] } })).toEqual([
    'FIELD_TYPE /a/b/0 a.b.0 must be a whole number, got "x"',
  ]);
  expect(judge(schema, { a: { b: [1, 2] } })).toEqual([
    "FIELD_RANGE /a/b a.b must have at most 1 item, has 2",
  ]);
  expect(judge(schema, { a: {} })).toEqual(["FIELD_MISSING /a/b a.b is missing"]);
  expect(judge(schema, { a: { b: [], x: 1 } })).toEqual([
    "FIELD_UNKNOWN /a/x a.x is not a field of this schema",
  ]);
  expect(judge(schema, { a: { b: [], "c/d": 1 } })[0]).toMatch(
    /^FIELD_TYPE \/a\/c~1d a\.c\/d must be text/,
  );
  expect(judge(schema, { a: [], m: { k: null } })).toEqual([
    "FIELD_TYPE /a a must be an object, got a list",
    "FIELD_NULL /m/k m.k may not be null",
  ]);
});

test("unions and other keywords are judged", () => {
  const schema = schemaOf(
    z.object({
      u: z.union([z.string(), z.number()]),
      n: z.union([z.iso.date(), z.null()]).optional(),
      half: z.number().multipleOf(0.5).optional(),
      l: z.literal(["a", 1]).optional(),
      p: z.string().regex(/^x/).optional(),
    }),
  );
  expect(judge(schema, { u: 1, n: null, half: 1.5, l: 1, p: "xy" })).toEqual([]);
  expect(judge(schema, { u: true, n: "x", half: 0.3, l: "b", p: "y" })).toEqual([
    "FIELD_TYPE /u u must be text or a number, got true",
    'FIELD_FORMAT /n n must be a date such as 2026-01-31, got "x"',
    "FIELD_RANGE /half half must be a multiple of 0.5, got 0.3",
    'FIELD_VALUE /l l must be one of "a", 1, got "b"',
    'FIELD_FORMAT /p p must match the pattern ^x, got "y"',
  ]);
});

test("references, also to the schema itself, are followed", () => {
  interface Tree {
    readonly name: string;
    readonly parts?: readonly Tree[] | undefined;
  }
  const tree: z.ZodType<Tree> = z.object({
    name: z.string(),
    get parts() {
      return z.array(tree).optional();
    },
  });
  const root = schemaOf(tree);
  expect(judge(root, { name: "a", parts: [{ name: "b", parts: [] }] })).toEqual([]);
  expect(judge(root, { name: "a", parts: [{ name: 1 }] })).toEqual([
    "FIELD_TYPE /parts/0/name parts.0.name must be text, got 1",
  ]);
  const inner = schemaOf(z.object({ top: tree, other: tree }));
  expect(judge(inner, { top: { name: "a" }, other: { name: "b", parts: [{}] } })).toEqual([
    "FIELD_MISSING /other/parts/0/name other.parts.0.name is missing",
  ]);
});

test("whole numbers beyond 2^53 are refused, also where the schema names no bounds", () => {
  const node = { type: ["integer", "null"], maximum: 1e30 };
  const schema = openSchema({ type: "object", properties: { a: node, integer: { enum: [1e20] } } });
  expect(judge(schema, { a: 9_007_199_254_740_991, integer: 1e20 })).toEqual([]);
  expect(judge(schema, { a: 1e16 })[0]).toMatch(
    /^FIELD_RANGE \/a a must be at most 9007199254740991/,
  );
});

test("names that every object has are missed when they are missing", () => {
  const schema = schemaOf(
    z.object({ constructor: z.string(), in: z.object({ toString: z.string() }) }),
  );
  expect(judge(schema, { in: {} })).toEqual([
    "FIELD_MISSING /constructor constructor is missing",
    "FIELD_MISSING /in/toString in.toString is missing",
  ]);
});

test("rules of the schema on the event as a whole are kept", () => {
  const properties = { a: { type: "string" }, b: { type: "string" } };
  const schema = openSchema({ type: "object", properties, minProperties: 2, required: ["c"] });
  expect(judge(schema, { a: "x", c: 1 })).toEqual([]);
  expect(judge(schema, { c: 1 })[0]).toMatch(
    /^FIELD_RANGE {2}the record must have at least 2 members, has 1/,
  );
  expect(judge(schema, { a: "x", b: "y" })).toEqual(["FIELD_MISSING /c c is missing"]);
});

test.each([
  [z.uuid(), "6f1c2a34-9d5e-4b7a-8c3d-0123456789ab", "6f1c2a34-9d5e-9b7a-8c3d-0123456789ab"],
  [z.email(), "ada.l+x@example.org", "ada..l@example.org"],
  [z.ipv4(), "10.0.0.1", "10.0.0.256"],
  [z.ipv6(), "::1", "1::2::3"],
  [z.url(), "https://example.org/x", "example.org"],
])("formats are judged: %#", (type, good, bad) => {
  const schema = schemaOf(z.object({ v: type }));
  expect(judge(schema, { v: good })).toEqual([]);
  expect(judge(schema, { v: bad })[0]).toMatch(/^FIELD_FORMAT \/v v must be in the format/);
});
