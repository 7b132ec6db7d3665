/** Ids read from bytes are those that the plan derives from the parsed event, however the record is written. */

import * as fc from "fast-check";
import { expect, test } from "vitest";
import { z } from "zod";
import { defined } from "../base/assert.ts";
import { deriveText } from "../plan/derive.ts";
import { planPipeline } from "../plan/plan-pipeline.ts";
import { IdGatherer, openRecordIds } from "./index.ts";

const schema = z.object({ a: z.string(), n: z.number().nullish(), b: z.string().nullish() });

function planOf(id: unknown) {
  const definition = { name: "test", streams: { events: { schema, id } } };
  return defined(planPipeline(definition, "/x/pipeline.ts").streams[0], "one stream is planned");
}

const event = fc.record(
  { a: fc.string(), n: fc.option(fc.double({ noNaN: true })), b: fc.option(fc.string()) },
  { requiredKeys: ["a"] },
);
const fields = fc.constantFrom(["a"], ["n", "a"], ["a", "b", "n"]);
/** As the schema has it, with the members turned round, or spread out: the scanner takes only the first. */
const spellings = fc.constantFrom(
  (one: object) => JSON.stringify(one),
  (one: object) => JSON.stringify(Object.fromEntries(Object.entries(one).toReversed())),
  (one: object) => JSON.stringify(one, undefined, 1).replaceAll("\n", " "),
);

test("one after the other out of one buffer, and gathered as one text", () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(event, spellings)), fields, (events, id) => {
      const plan = planOf(id);
      const ids = defined(openRecordIds(plan), "fields are read from the bytes");
      const gatherer = new IdGatherer();
      const lines = events.map(([one, spell]) => spell(one));
      const bytes = Buffer.from(lines.join("\n"));
      let at = 0;
      for (const line of lines) {
        const end = at + Buffer.byteLength(line);
        const view = defined(ids.read(bytes, at, end), "every line is an event");
        gatherer.add(view.bytes, view.start, view.end);
        at = end + 1;
      }
      const texts = gatherer.texts();
      const found = lines.map((_line, i) =>
        texts.bytes.toString("utf8", i === 0 ? 0 : texts.ends[i - 1], texts.ends[i]),
      );
      const derived = defined(plan.id, "the plan names an id");
      // JSON itself brings -0 back as 0.
      const expected = lines.map((line) =>
        deriveText(derived, JSON.parse(line) as object as Record<string, unknown>),
      );
      expect(found).toEqual(expected);
    }),
  );
});

test("what is no event has no id, and only ids of fields are read", () => {
  const ids = openRecordIds(planOf("a"));
  const bytes = Buffer.from("nope [1] {");
  expect(ids?.read(bytes, 0, 4)).toBeUndefined();
  expect(ids?.read(bytes, 9, 10)).toBeUndefined();
  expect(openRecordIds(planOf(() => "x"))).toBeUndefined();
  expect(openRecordIds(planOf(undefined))).toBeUndefined();
});

test("a gatherer that grew is as good as new after a reset", () => {
  const gatherer = new IdGatherer();
  for (const round of ["first", "second"]) {
    gatherer.reset();
    for (let i = 0; i < 3000; i += 1) {
      gatherer.addText(`${round}-ü-${i}`);
    }
    const { bytes, ends } = gatherer.texts();
    expect(bytes.toString("utf8", ends[2998], ends[2999])).toBe(`${round}-ü-2999`);
    expect(bytes.toString("utf8", 0, ends[0])).toBe(`${round}-ü-0`);
  }
});
