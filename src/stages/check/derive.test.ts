/** Keys, ids and business rules: read from the bytes or made by the user's functions, which may fail. */

import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { z } from "zod";
import { defined } from "../../base/assert.ts";
import { LIMITS } from "../../base/limits.ts";
import { planPipeline } from "../../plan/plan-pipeline.ts";
import type { Verdict } from "../../seams/check.ts";
import { openChecker } from "./index.ts";

const schema = z.object({ a: z.string(), b: z.number().nullish(), id: z.string().nullish() });

function check(body: string, stream: object): Verdict {
  const definition = { name: "test", streams: { events: { schema, ...stream } } };
  const plan = planPipeline(definition, "/x/pipeline.ts");
  return openChecker(defined(plan.streams[0], "one stream is planned")).check(
    Buffer.from(body),
    "ndjson",
  );
}

function hashOf(verdict: Verdict, place = 0): string {
  const words = [...(verdict.accepted.hashes ?? [])].slice(4 * place, 4 * place + 4);
  return words.map((word) => word.toString(16).padStart(8, "0")).join("");
}

function md5(text: string): string {
  return createHash("md5").update(text).digest("hex");
}

function reasons(verdict: Verdict): string[] {
  return verdict.rejected.flatMap((one) =>
    one.reasons.map(({ code, message }) => `${code} ${message}`),
  );
}

test.each([
  ["a", '{"a":"é"}', "é"],
  ["a", '{"a":"\\u00e9"}', "é"],
  ["b", '{"a":"x","b":10.0}', "10"],
  ["b", '{"b":1e1,"a":"x"}', "10"],
  [["a", "b"], '{"a":"x"}', "x|"],
  [["a", "b"], '{"a":"x","b":null}', "x|"],
  [["b", "a"], '{"a":"x","b":0.5}', "0.5|x"],
  [["a", "id"], `{"a":"${"k".repeat(100)}","id":"z"}`, `${"k".repeat(100)}|z`],
])("the key of fields %j of %s is hashed", (key, line, text) => {
  expect(hashOf(check(line, { key, shards: 2 }))).toBe(md5(text));
});

test("no hashes without a key, or where one shard takes everything", () => {
  expect(check('{"a":"x"}', { shards: 4 }).accepted.hashes).toBeUndefined();
  expect(check('{"a":"x"}', { key: "a" }).accepted.hashes).toBeUndefined();
});

function keyOf({ a }: { a: string }): unknown {
  if (a === "throw") {
    throw new TypeError("no such customer");
  }
  return a === "number" ? 5 : a.repeat(2);
}

test("a key by a function is hashed, a bad one sets the record aside", () => {
  const lines = ['{"a":"x"}', '{"a":"throw"}', '{"a":"number"}', `{"a":"${"y".repeat(200)}"}`];
  const verdict = check(lines.join("\n"), { key: keyOf, shards: 2 });
  expect(hashOf(verdict)).toBe(md5("xx"));
  expect(reasons(verdict)).toEqual([
    "KEY_INVALID the partition key cannot be made: the pipeline's function failed: no such customer",
    "KEY_INVALID the partition key cannot be made: the pipeline's function gave number, not a text",
    `KEY_INVALID the partition key has 400 characters; at most ${LIMITS.keyCharsMax} are taken`,
  ]);
});

test("a long key of many-byte characters is measured in characters", () => {
  const fits = "é".repeat(LIMITS.keyCharsMax);
  expect(hashOf(check(`{"a":"${fits}"}`, { key: "a", shards: 2 }))).toBe(md5(fits));
  const verdict = check(`{"a":"${fits}é"}`, { key: "a", shards: 1 });
  expect(verdict.rejected[0]?.reasons[0].code).toBe("KEY_INVALID");
});

test("an id by fields must be there and not too long", () => {
  const lines = ['{"a":"x","id":"7"}', '{"a":"x","id":""}', '{"a":"x"}', '{"a":"x","id":null}'];
  const long = `{"a":"x","id":"${"i".repeat(LIMITS.idCharsMax + 1)}"}`;
  const verdict = check([...lines, long].join("\n"), { id: "id" });
  expect(verdict.accepted.count).toBe(1);
  expect(verdict.accepted.ids).toBeUndefined();
  expect(reasons(verdict)).toEqual([
    "ID_INVALID the event id is empty",
    "ID_INVALID the event id is empty",
    "ID_INVALID the event id is empty",
    `ID_INVALID the event id has 257 characters; at most ${LIMITS.idCharsMax} are taken`,
  ]);
});

function idOf({ a }: { a: string }): string {
  return a === "" ? "" : `id-${a}`;
}

test("an id by a function comes with the verdict, one per accepted record", () => {
  const verdict = check('{"a":"x"}\n{"a":""}\n{"b":1,"a":"y"}', { id: idOf });
  expect(verdict.accepted.ids).toEqual(["id-x", "id-y"]);
  expect(reasons(verdict)).toEqual(["ID_INVALID the event id is empty"]);
});

/** The verdict's ids as texts. */
function idsOf({ ids, accepted }: Verdict): readonly string[] | undefined {
  return (
    ids &&
    Array.from({ length: accepted.count }, (_none, i) =>
      ids.bytes.toString("utf8", i === 0 ? 0 : ids.ends[i - 1], ids.ends[i]),
    )
  );
}

function barred({ a, b }: { a: string; b?: number | null }): string {
  return `${a}|${b ?? ""}`;
}

function bodyOf(name: string, count: number): Buffer {
  const lines = Array.from({ length: count }, (_none, i) => `{"a":"${name}-${i}"}`);
  return Buffer.from(lines.join("\n"));
}

test("ids come with the verdict as texts, by whichever way a record was taken, and none of the rejected", () => {
  const lines = [
    '{"a":"x","b":1.50}',
    '{"b":2,"a":"turned"}',
    "nope",
    '{"a":"","b":null}',
    '{"a":"\\u00e9"}',
  ];
  const body = lines.join("\n");
  const expected = ["x|1.5", "turned|2", "\u00e9|"];
  expect(idsOf(check(body, { id: ["a", "b"] }))).toEqual(expected);
  const rules = [{ test: () => true, says: "always" }];
  expect(idsOf(check(body, { id: ["a", "b"], rules }))).toEqual(expected);
  expect(idsOf(check(body, { id: barred }))).toEqual(expected);
  expect(idsOf(check(body, {}))).toBeUndefined();
});

test("a checker's ids are of the body it was given last", () => {
  const definition = { name: "test", streams: { events: { schema, id: "a" } } };
  const plan = planPipeline(definition, "/x/pipeline.ts").streams[0];
  const checker = openChecker(defined(plan, "one stream is planned"));
  expect(idsOf(checker.check(bodyOf("first", 2000), "ndjson"))?.at(-1)).toBe("first-1999");
  expect(idsOf(checker.check(bodyOf("second", 3), "ndjson"))).toEqual([
    "second-0",
    "second-1",
    "second-2",
  ]);
  const csv = Buffer.from('a,b\n"c,1",2\nd,3\n');
  expect(idsOf(checker.check(csv, "csv"))).toEqual(["c,1", "d"]);
  const array = Buffer.from('[{"a":"e"},{"a":5},\n{"a":"f"}]');
  expect(idsOf(checker.check(array, "json"))).toEqual(["e", "f"]);
});

test("rules run on valid records; a false, a throw and a promise break them", () => {
  const rules = [
    { test: ({ a }: { a: string }) => a !== "bad", says: "a may not be bad", field: "a" },
    {
      test: ({ a }: { a: string }) => {
        if (a === "throw") {
          throw new TypeError("oh");
        }
        return a !== "worse";
      },
      says: "a may not be worse",
    },
  ];
  const bodies = ["ok", "bad", "worse", "throw"].map((a) => `{"a":"${a}"}`);
  const verdict = check(bodies.join("\n"), { rules });
  expect(verdict.accepted.count).toBe(1);
  expect(reasons(verdict)).toEqual([
    "RULE_BROKEN a may not be bad",
    "RULE_BROKEN a may not be worse",
    "RULE_BROKEN a may not be worse (the rule itself failed: oh)",
  ]);
  expect(verdict.rejected[0]?.reasons[0].path).toBe("/a");
  const late = check('{"a":"x"}', { rules: [{ test: async () => false, says: "late" }] });
  expect(reasons(late)).toEqual(["RULE_BROKEN late"]);
});
