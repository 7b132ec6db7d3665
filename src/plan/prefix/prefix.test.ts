/** Examples of prefix expressions: what Firehose prints, and what is refused with which words. */

import { describe, expect, it } from "vitest";
import { checkPrefix, evaluatePrefix } from "./prefix.ts";

const AT = Date.UTC(2026, 6, 13, 14, 5, 6, 789);
const facts = { at: AT, random: () => 0.5 };

describe("evaluatePrefix", () => {
  it.each([
    ["", "2026/07/13/14/"],
    ["legacy", "legacy2026/07/13/14/"],
    ["a/b/", "a/b/2026/07/13/14/"],
    ["my data/", "my data/2026/07/13/14/"],
    ["p/!{timestamp:yyyy/MM/dd/HH}/", "p/2026/07/13/14/"],
    ["p/!{timestamp:'year='yyyy'/month='MM}/", "p/year=2026/month=07/"],
    ["!{timestamp:yy-M-d-H-m-s-SSS}", "26-7-13-14-5-6-789"],
    ["!{timestamp:SS}x!{timestamp:SSSSSS}", "78x789000"],
    ["!{timestamp:MMM-MMMM-EEE-EEEE}/", "Jul-July-Mon-Monday/"],
    ["!{timestamp:DDD}-!{timestamp:D}/", "194-194/"],
    ["!{timestamp:hh-a-KK-kk-QQQ}/", "02-PM-02-14-Q3/"],
    ["x/!{firehose:random-string}/", "x/fffffffffff/"],
  ])("%s becomes %s", (prefix, expected) => {
    expect(checkPrefix(prefix, "prefix")).toBeUndefined();
    expect(evaluatePrefix(prefix, "prefix", facts)).toBe(expected);
  });

  it("appends nothing to an error prefix and knows its type", () => {
    expect(evaluatePrefix("err/", "errorPrefix", facts)).toBe("err/");
    const typed = "err/!{firehose:error-output-type}/!{timestamp:yyyy}/";
    expect(evaluatePrefix(typed, "errorPrefix", facts)).toBe("err/processing-failed/2026/");
  });

  it("gives each random string a value of its own", () => {
    let state = 0;
    const random = (): number => {
      state = (state + 0.37) % 1;
      return state;
    };
    const text = "!{firehose:random-string}/!{firehose:random-string}/";
    const [first, second] = evaluatePrefix(text, "prefix", { at: AT, random }).split("/");
    expect(first).toMatch(/^[A-Za-z0-9]{11}$/);
    expect(first).not.toBe(second);
  });
});

describe("checkPrefix", () => {
  it.each([
    ["!{timestamp:yyyy", "closing brace"],
    ["!{timestamp:}", "needs a pattern"],
    ["!{timestamp:yyyyy}/", "5 letters"],
    ["!{timestamp:yyyy/ww}/", "letter w"],
    ["!{timestamp:'year=yyyy}/", "not closed"],
    ["!{timestamp:yyyy[MM]}/", "no meaning"],
    ["!{time:yyyy}/", "not known"],
    ["!{firehose:error-output-type}/", "errorPrefix only"],
    ["!{partitionKeyFromQuery:x}/", "no dynamic partitions"],
    ["/lead/", "empty"],
    ["a//b/", "empty"],
    ["../up/", "starts with a dot"],
    ["a/.hidden/", "starts with a dot"],
    [" space/", "other characters"],
    ["space /", "other characters"],
    ["!{timestamp:HH:mm}/", "other characters"],
    ["_manifests/x/", "manifests"],
    [`${"a".repeat(200)}/`.repeat(3), "longer than 512"],
    [`x/${"a".repeat(80)}!{timestamp:yyyy}`, "longer than 64"],
  ])("refuses %s", (prefix, says) => {
    expect(checkPrefix(prefix, "prefix")).toContain(says);
  });

  it.each([
    ["", "folder of their own"],
    ["e/!{timestamp:yyyy}/", "must have"],
  ])("refuses error prefix %s", (prefix, says) => {
    expect(checkPrefix(prefix, "errorPrefix")).toContain(says);
  });

  it("accepts what the fields' defaults say", () => {
    expect(checkPrefix("prices/!{timestamp:yyyy/MM/dd/HH/}", "prefix")).toBeUndefined();
    const errors = "errors/prices/!{firehose:error-output-type}/!{timestamp:yyyy/MM/dd/HH/}";
    expect(checkPrefix(errors, "errorPrefix")).toBeUndefined();
  });
});
