/** What bodies are taken for. */

import { expect, test } from "vitest";
import { isBlank, isSingle, sniff, toCoding, toFormat } from "./media.ts";

test.each([
  ["application/json", "json"],
  ["Application/JSON; charset=UTF-8", "json"],
  ['application/json; charset="utf-8"', "json"],
  ["application/cloudevents+json", "json"],
  ["application/x-ndjson", "ndjson"],
  ["application/ndjson;charset=us-ascii", "ndjson"],
  ["application/jsonl", "ndjson"],
  ["text/csv; header=present", "csv"],
  ["", undefined],
  [undefined, undefined],
])("the type %s is %s", (type, format) => {
  expect(toFormat(type)).toBe(format);
  expect(toFormat(type)).toBe(format);
});

test.each([
  "text/plain",
  "application/jsonx",
  "application/json; charset=utf-16",
  "text/csv;header=absent",
  "json",
])("the type %s is not understood", (type) => {
  expect(() => toFormat(type)).toThrow("not understood here");
});

test("codings", () => {
  expect([undefined, "identity", " GZIP ", "x-gzip"].map(toCoding)).toEqual([
    "identity",
    "identity",
    "gzip",
    "gzip",
  ]);
  expect(() => toCoding("gzip, gzip")).toThrow("gzip, gzip");
});

test.each([
  ['{"a":1}', "json", true],
  ['{"a":1}\n', "json", true],
  ['{\n"a":{}\n}', "json", true],
  ['{"a":{\n"b":1}}', "json", true],
  ['[{"a":1},\n{"a":2}]', "json", false],
  ["\uFEFF [1]", "json", false],
  ['{"a":1}\n{"a":2}', "ndjson", true],
  ['\n {"a":1} \r\n\r\n {"a":2}', "ndjson", true],
  ["nothing", "json", true],
])("%j is %s", (text, format, single) => {
  expect(sniff(Buffer.from(text))).toBe(format);
  expect(isSingle(Buffer.from(text))).toBe(single);
});

test("blank bodies", () => {
  expect(["", " \r\n\t", "\uFEFF\n"].map((text) => isBlank(Buffer.from(text)))).toEqual([
    true,
    true,
    true,
  ]);
  expect(isBlank(Buffer.from(" 0"))).toBe(false);
});
