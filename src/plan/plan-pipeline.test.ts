/** What a definition becomes, and what it is told when it is wrong. */

import { expect, test } from "vitest";
import { z } from "zod";
import { defined } from "../base/assert.ts";
import { Fault } from "../base/faults.ts";
import { definePipeline } from "../define/pipeline.ts";
import { defineStream } from "../define/stream.ts";
import { judgePipeline, planPipeline } from "./plan-pipeline.ts";
import { loadPlan } from "./load-plan.ts";

const schema = z.object({
  name: z.string(),
  age: z.int().min(0).nullish(),
  weight: z.number(),
  born: z.iso.date(),
  seen: z.iso.datetime(),
  ok: z.boolean(),
  tags: z.array(z.string()).optional(),
});

function pipeline(stream: object, more: object = {}): unknown {
  return { name: "demo", streams: { people: { schema, ...stream } }, ...more };
}

function problems(definition: unknown): string[] {
  const judged = judgePipeline(definition, "/x/pipeline.ts");
  return judged.kind === "plan" ? [] : judged.problems.map(({ path }) => path);
}

test("fields become columns in the schema's order", () => {
  const plan = planPipeline(pipeline({}), "/x/pipeline.ts");
  const stream = defined(plan.streams[0], "one stream was defined");
  expect(stream.fields).toEqual([
    { name: "name", type: "text", nullable: false },
    { name: "age", type: "integer", nullable: true },
    { name: "weight", type: "number", nullable: false },
    { name: "born", type: "date", nullable: false },
    { name: "seen", type: "timestamp", nullable: false },
    { name: "ok", type: "boolean", nullable: false },
    { name: "tags", type: "json", nullable: true },
  ]);
  expect(JSON.stringify(stream.schema)).not.toContain("pattern");
  expect(stream.table).toBe("people");
});

test("a pattern of the user's own stays beside a format zod names for it", () => {
  const named = z.object({ a: z.string().startsWith("ab"), b: z.cuid2(), c: z.iso.date() });
  const plan = planPipeline({ name: "demo", streams: { s: { schema: named } } }, "/x/pipeline.ts");
  const stream = defined(plan.streams[0], "one stream was defined");
  const { a, b, c } = stream.schema["properties"] as Record<string, object>;
  expect([a, b].every((node) => node !== undefined && "pattern" in node)).toBe(true);
  expect(c).not.toHaveProperty("pattern");
});

test("settings are settled to milliseconds and bytes, with defaults", () => {
  const deliver = { format: "csv", buffer: { size: "5MiB", interval: "60s" } };
  const plan = planPipeline(pipeline({ retention: "7d", shards: 4, deliver }), "/x/pipeline.ts");
  const stream = defined(plan.streams[0], "one stream was defined");
  expect(stream.shards).toBe(4);
  expect(stream.retention).toBe(604_800_000);
  expect(stream.deliver.buffer).toEqual({ size: 5_242_880, interval: 60_000, records: 32_768 });
  expect(stream.deliver.prefix).toBe("people/!{timestamp:yyyy/MM/dd/HH/}");
});

test("the last streams are the engine's own", () => {
  const plan = planPipeline(pipeline({}), "/x/pipeline.ts");
  expect(plan.streams.map(({ name }) => name)).toEqual([
    "people",
    "dead_letters",
    "dead_letter_moves",
  ]);
});

test("the plan is frozen, and its hash follows what it says", () => {
  const one = planPipeline(pipeline({ key: "name" }), "/x/pipeline.ts");
  const same = planPipeline(pipeline({ key: ["name"] }), "/y/pipeline.ts");
  const other = planPipeline(pipeline({ key: "weight" }), "/x/pipeline.ts");
  expect(Object.isFrozen(one.streams[0]?.deliver.buffer)).toBe(true);
  expect(same.hash).toBe(one.hash);
  expect(other.hash).not.toBe(one.hash);
});

test("all problems are told at once, each with its path", () => {
  const deliver = { format: "csvx", buffer: { interval: "20", size: "1B" }, compresion: "gzip" };
  expect(problems(pipeline({ key: "nope", shard: 3, deliver }))).toEqual([
    "streams.people.shard",
    "streams.people.key",
    "streams.people.deliver.compresion",
    "streams.people.deliver.format",
    "streams.people.deliver.buffer.size",
    "streams.people.deliver.buffer.interval",
  ]);
});

test.each([
  ["trim", z.object({ a: z.string().trim() })],
  ["refine", z.object({ a: z.string().refine((text) => text !== "b") })],
  ["default", z.object({ a: z.string().default("b") })],
  ["transform", z.object({ a: z.string().transform((text) => text.length) })],
  ["date", z.object({ a: z.date() })],
  ["two cases", z.object({ a: z.string(), A: z.string() })],
  ["a reserved name", z.object({ _load: z.string() })],
  ["no object", z.array(z.string())],
  ["no schema", { type: "object" }],
  ["no field", z.object({})],
])("a schema with %s is refused", (_name, wrong) => {
  const found = problems({ name: "demo", streams: { people: { schema: wrong } } });
  expect(found.length).toBeGreaterThan(0);
  expect(found.every((path) => path.startsWith("streams.people.schema"))).toBe(true);
});

test("a strict object quarantines unknown fields unless told otherwise", () => {
  const strict = { schema: z.strictObject({ a: z.string() }) };
  const plan = planPipeline({ name: "demo", streams: { s: strict } }, "/x/pipeline.ts");
  expect(plan.streams[0]?.drift.newField).toBe("quarantine");
});

test("tables, sources, models and charts are checked against each other", () => {
  const definition = pipeline(
    { load: { table: "row_counts" } },
    {
      sources: { s: { stream: "nobody", title: "", read: () => [] } },
      models: { folder: "m", snippets: { "Bad Name": "" } },
      modles: "x",
    },
  );
  expect(problems(definition)).toEqual([
    "pipeline.modles",
    "streams.people.load.table",
    "sources.s.stream",
    "models.snippets.Bad Name",
  ]);
});

test("no pipeline at all is told", async () => {
  expect(problems(undefined)).toEqual(["default"]);
  await expect(loadPlan("/nowhere/at/all")).rejects.toThrow(Fault);
});

test("a typo in a definition is a compile error", () => {
  definePipeline({
    name: "typed",
    streams: {
      people: defineStream({
        schema,
        // @ts-expect-error The schema has no such field.
        key: "nmae",
        deliver: { transform: (person) => ({ ...person, name: person.name.toUpperCase() }) },
      }),
    },
  });
  expect(true).toBe(true);
});

test.each([
  [{ lake: "people", table: "people" }, "endpoints.e"],
  [{ lake: "nobody" }, "endpoints.e.lake"],
  [{ lake: "people", order: ["name"] }, "endpoints.e.order"],
  [{ lake: "people", columns: ["name", "_load"] }, "endpoints.e.columns"],
  [{ lake: "people", parameters: { city: {} } }, "endpoints.e.parameters.city"],
  [
    { lake: "people", parameters: { name: { values: "data" } } },
    "endpoints.e.parameters.name.values",
  ],
])("a read API over the lake may not be %j", (endpoint, path) => {
  expect(problems(pipeline({}, { endpoints: { e: { doc: "d", ...endpoint } } }))).toEqual([path]);
});

test("a read API over the lake may name the row's columns, and what tells its place", () => {
  const parameters = {
    name: {},
    since: { column: "_accepted_at", type: "timestamp", match: "from" },
  };
  const e = { doc: "d", lake: "people", columns: ["name", "_object", "_line"], parameters };
  expect(problems(pipeline({}, { endpoints: { e } }))).toEqual([]);
});
