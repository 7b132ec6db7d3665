/** A dead letter's record judged as if it came in now. */

import { expect, test } from "vitest";
import { z } from "zod";
import { defined } from "../../base/assert.ts";
import { planPipeline } from "../../plan/plan-pipeline.ts";
import type { StreamPlan } from "../../plan/plan.ts";
import { openChecker } from "../../stages/check/index.ts";
import { judgeRecord, batchOf, type Judgement, type Passing } from "./judge.ts";

function planOf(more: object): StreamPlan {
  const schema = z.object({ name: z.string(), weight: z.number() });
  const streams = { people: { schema, ...more } };
  const plan = planPipeline({ name: "people", streams }, "/x/pipeline.ts");
  return defined(plan.streams[0], "one stream was defined");
}

function judge(raw: string, more: object = {}, letter = "abc.0"): Judgement {
  const stream = planOf(more);
  return judgeRecord({ stream, checker: openChecker(stream) }, letter, Buffer.from(raw));
}

function passing(judgement: Judgement): Passing {
  expect(judgement.kind).toBe("passes");
  return (judgement as Extract<Judgement, { kind: "passes" }>).record;
}

const GOOD = '{"name":"Ada","weight":60}';

test.each([
  ["", "NOT_JSON"],
  ["   ", "NOT_JSON"],
  ["nonsense", "NOT_JSON"],
  [`[${GOOD}]`, "NOT_AN_OBJECT"],
  [`\uFEFF [${GOOD},${GOOD}]`, "NOT_AN_OBJECT"],
  [`${GOOD}\n${GOOD}`, "NOT_JSON"],
  ['{"name":"Ada"}', "FIELD_MISSING"],
])("%j fails with %s", (raw, code) => {
  expect(judge(raw)).toMatchObject({ kind: "fails", reasons: [{ code }] });
});

test("without an id in the definition the event keeps the letter's", () => {
  expect(passing(judge(GOOD))).toMatchObject({ keptId: "abc.0", eventId: "abc.0", key: undefined });
});

test("a letter whose id no event may have cannot be redriven", () => {
  expect(judge(GOOD, {}, "x".repeat(257))).toMatchObject({ reasons: [{ code: "ID_INVALID" }] });
});

function idOfWeight(event: { readonly weight: number }): string {
  return `w${event.weight}`;
}

test("an id of the definition wins: read from the bytes, or kept when a function makes it", () => {
  expect(passing(judge(GOOD, { id: "name" }))).toMatchObject({ keptId: undefined, eventId: "Ada" });
  const id = idOfWeight;
  expect(passing(judge(GOOD, { id }))).toMatchObject({ keptId: "w60", eventId: "w60" });
});

test("the letter's own bytes are not touched, even where the record is brought onto one line", () => {
  const raw = Buffer.from('{"name":"Ada",\n"weight":60}');
  const before = raw.toString();
  const stream = planOf({});
  const record = passing(judgeRecord({ stream, checker: openChecker(stream) }, "abc.0", raw));
  expect(raw.toString()).toBe(before);
  expect(record.bytes.toString()).not.toContain("\n");
});

test("a batch holds the records in order, with their hashes and ids", () => {
  const stream = planOf({ key: "name", shards: 4 });
  const checker = openChecker(stream);
  const names = ["Ada", "Bo", "Cyd"];
  const records = names.map((name, index) =>
    passing(
      judgeRecord({ stream, checker }, `abc.${index}`, Buffer.from(GOOD.replace("Ada", name))),
    ),
  );
  const batch = batchOf(records);
  const texts = names.map((_name, index) =>
    batch.bytes.toString("utf8", batch.starts[index], batch.ends[index]),
  );
  expect(texts).toEqual(names.map((name) => GOOD.replace("Ada", name)));
  expect(batch).toMatchObject({ count: 3, ids: ["abc.0", "abc.1", "abc.2"], keys: undefined });
  const hashes = records.flatMap(({ hash }) => [...defined(hash, "keys are hashed")]);
  expect([...defined(batch.hashes, "keys are hashed")]).toEqual(hashes);
  expect(new Set(hashes).size).toBe(12);
});
