/** Examples fit the schemas they are made from. */

import { expect, test } from "vitest";
import { z } from "zod";
import { sampleEvent } from "./sample-event.ts";

const schemas: readonly (readonly [string, z.ZodObject])[] = [
  ["texts", z.object({ name: z.string().min(12), code: z.string().max(3), mail: z.email() })],
  ["times", z.object({ day: z.iso.date(), at: z.iso.datetime(), id: z.uuid() })],
  [
    "numbers",
    z.object({
      year: z.int().min(1990).max(2100),
      share: z.number().gt(0).lt(1.5),
      price: z.number().nullable(),
      few: z.int().max(-3),
    }),
  ],
  ["choices", z.object({ kind: z.enum(["a", "b"]), version: z.literal(2), yes: z.boolean() })],
  ["nested", z.object({ where: z.object({ lat: z.number() }), tags: z.array(z.string()).min(2) })],
  ["unions", z.object({ either: z.union([z.number(), z.string()]) })],
];

test.each(schemas)("an example of %s passes its schema", (_, schema) => {
  const event = sampleEvent(z.toJSONSchema(schema));
  expect(schema.safeParse(event).error).toBeUndefined();
});

test("a schema's own example comes first", () => {
  const schema = z.object({ country: z.string() }).meta({ examples: [{ country: "Kenya" }] });
  expect(sampleEvent(z.toJSONSchema(schema))).toEqual({ country: "Kenya" });
});

test("optional fields are left out", () => {
  const schema = z.object({ country: z.string(), note: z.string().optional() });
  expect(sampleEvent(z.toJSONSchema(schema))).toEqual({ country: "a country" });
});

test("a schema that says nothing gives an empty event, and one that never ends does end", () => {
  expect(sampleEvent({})).toEqual({});
  const endless: Record<string, unknown> = { type: "object", required: ["next"] };
  endless["properties"] = { next: endless };
  expect(JSON.stringify(sampleEvent(endless)).length).toBeLessThan(500);
});
