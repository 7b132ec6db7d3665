/** Each field's policy, judged by the check that the running pipeline uses. */

import { join } from "node:path";
import { expect, test } from "vitest";
import { loadPlan } from "../../src/plan/load-plan.ts";
import { openChecker } from "../../src/stages/check/index.ts";

const GOOD = { Id: "1", Name: "John", Age: "10", Sex: "Male" };
const plan = await loadPlan(join(import.meta.dirname, "pipeline.ts"));
const [people] = plan.streams;
if (people === undefined) {
  throw new TypeError("the pipeline has no stream");
}
const checker = openChecker(people);

/** The first reason against an event, `CODE /path`; "fits" when there is none. */
function judge(event: unknown): string {
  const text = typeof event === "string" ? event : JSON.stringify(event);
  const [rejected] = checker.check(Buffer.from(text), "json").rejected;
  const [reason] = rejected?.reasons ?? [];
  return reason === undefined ? "fits" : `${reason.code} ${reason.path}`;
}

test.each([
  ["as it should be", GOOD, "fits"],
  ["Age as a number", { ...GOOD, Age: 10 }, "fits"],
  ["without Age and Sex", { Id: "1", Name: "John" }, "fits"],
  ["Name not known", { ...GOOD, Name: null }, "fits"],
  ["Id missing", { Name: "John" }, "FIELD_MISSING /Id"],
  ["Id in another case", { id: "1", Name: "John" }, "FIELD_MISSING /Id"],
  ["Id null", { ...GOOD, Id: null }, "FIELD_NULL /Id"],
  ["Id empty", { ...GOOD, Id: "" }, "FIELD_FORMAT /Id"],
  ["Id of spaces", { ...GOOD, Id: "  " }, "FIELD_FORMAT /Id"],
  ["Id a number", { ...GOOD, Id: 0 }, "FIELD_TYPE /Id"],
  ["Sex another word", { ...GOOD, Sex: "m" }, "FIELD_VALUE /Sex"],
  ["a field too many", { ...GOOD, Town: "Ur" }, "FIELD_UNKNOWN /Town"],
  ["no object", "[1]", "NOT_AN_OBJECT "],
  ["no JSON", "{Id:1}", "NOT_JSON "],
])("%s: %j gives %s", (_what, event, expected) => {
  expect(judge(event)).toBe(expected);
});

test("an age that is none is refused", () => {
  expect(judge({ ...GOOD, Age: "ten" })).not.toBe("fits");
  expect(judge({ ...GOOD, Age: -1 })).not.toBe("fits");
});

test("a blank id is told so in plain words", () => {
  const body = Buffer.from(JSON.stringify({ ...GOOD, Id: " " }));
  const message = checker.check(body, "json").rejected[0]?.reasons[0].message;
  expect(message).toBe("Id must not be blank");
});
