/** Accept headers, cursors and texts of parameters: what each is taken for, and what is refused. */

import { randomBytes } from "node:crypto";
import { expect, test } from "vitest";
import { readValue } from "../../plan/endpoints/parameter.ts";
import { toFormat } from "./accept.ts";
import { fromCursor, toCursor } from "./cursor.ts";
import { Gate } from "./gate.ts";
import { type Page, PageCache } from "./page-cache.ts";
import { pageText } from "./rows-text.ts";

test.each([
  [null, "json"],
  ["*/*", "json"],
  ["text/html,application/xhtml+xml,*/*;q=0.8", "json"],
  ["text/csv", "csv"],
  ["*/*, text/csv", "csv"],
  ["application/json;q=0.2, application/x-ndjson", "ndjson"],
  ["TEXT/CSV ; q=0.5", "csv"],
])("Accept %s is %s", (accept, format) => {
  expect(toFormat(accept, "/x")).toBe(format);
});

test.each(["image/png", "text/csv;q=0", "nonsense"])("Accept %s is refused", (accept) => {
  expect(() => toFormat(accept, "/x")).toThrow(expect.objectContaining({ code: "NOT_ACCEPTABLE" }));
});

test("a cursor gives its values back to its own question, and to no other", () => {
  const cursor = toCursor("q", ["Ki'ev | 1", null, 12n, 0.1, true]);
  expect(fromCursor("q", cursor, 5)).toEqual(["Ki'ev | 1", null, "12", "0.1", "true"]);
  const refused = expect.objectContaining({ code: "PARAMETER_INVALID" });
  expect(() => fromCursor("other", cursor, 5)).toThrow(refused);
  expect(() => fromCursor("q", cursor, 4)).toThrow(refused);
  for (const wrong of ["", "x", `${cursor}x`, cursor.slice(1), "a".repeat(10_000)]) {
    expect(() => fromCursor("q", wrong, 5)).toThrow(refused);
  }
});

const ANY = { match: "exact", values: undefined, min: undefined, max: undefined } as const;

test.each([
  ["integer", "12", 12],
  ["integer", "-7", -7],
  ["integer", "1e3", undefined],
  ["integer", "99999999999999999", undefined],
  ["number", "1.5", 1.5],
  ["number", "NaN", undefined],
  ["number", "", undefined],
  ["boolean", "true", true],
  ["boolean", "1", undefined],
  ["date", "2024-02-29", "2024-02-29"],
  ["date", "2023-02-29", undefined],
  ["timestamp", "2024-02-29T10:00:00Z", "2024-02-29T10:00:00Z"],
  ["timestamp", "soon", undefined],
  ["text", "a\0b", undefined],
] as const)("a %s may be %s: %s", (type, text, value) => {
  const read = readValue({ ...ANY, type }, text);
  expect("value" in read ? read.value : undefined).toBe(value);
});

test("an enumeration is met loosely only where that is said", () => {
  const values = ["North Africa", "Asia"];
  expect(readValue({ ...ANY, type: "text", match: "loose", values }, " north  AFRICA")).toEqual({
    value: "North Africa",
  });
  expect(readValue({ ...ANY, type: "text", values }, "asia")).toHaveProperty("wrong");
});

test("a page is one JSON: nulls stay null, JSON columns are not written twice, long numbers whole", () => {
  const columns = [
    { name: "a", type: "VARCHAR" },
    { name: "b", type: "JSON" },
    { name: "c", type: "HUGEINT" },
  ];
  const rows = [
    ["x", '{"deep":[1]}', 2n ** 70n],
    ["", null, null],
  ];
  const facts = { columns, rows, next: undefined, total: 2 };
  expect(pageText("json", facts)).toBe(
    '{"data":[{"a":"x","b":{"deep":[1]},"c":1180591620717411303424},{"a":"","b":null,"c":null}],"next_cursor":null,"total":2}',
  );
  expect(pageText("csv", facts)).toBe('a,b,c\nx,"{""deep"":[1]}",1180591620717411303424\n"",,\n');
});

test("a gate lets in no more than it may, and a place given back twice counts once", () => {
  const gate = new Gate(1);
  const place = gate.enter();
  expect(() => gate.enter()).toThrow(expect.objectContaining({ code: "READERS_BUSY" }));
  place[Symbol.dispose]();
  place[Symbol.dispose]();
  gate.enter();
  expect(() => gate.enter()).toThrow(expect.objectContaining({ code: "READERS_BUSY" }));
});

test("equal questions wait for one answer, a failed one is asked again, and what is kept is bounded", async () => {
  const cache = new PageCache();
  let made = 0;
  const make = (body: string) => () => {
    made += 1;
    return Promise.resolve({ body, next: undefined, rows: 1 });
  };
  await Promise.all([cache.of("k", make("x")), cache.of("k", make("y"))]);
  expect(made).toBe(1);
  await expect(cache.of("f", () => Promise.reject(new TypeError("no")))).rejects.toThrow("no");
  await cache.of("f", make("x"));
  expect(made).toBe(2);
  // Random texts, which packing hardly shrinks.
  for (let at = 0; at < 24; at += 1) {
    await cache.of(`large ${at}`, make(randomBytes(1_500_000).toString("hex")));
  }
  expect(cache.held).toBeLessThanOrEqual(33_554_432);
  await cache.of("k", make("again"));
  expect(made).toBe(27);
});

test("pages of wide rows are kept packed, and come out as they went in", async () => {
  const cache = new PageCache();
  const row = Object.fromEntries(
    Array.from({ length: 473 }, (_one, at) => [`o_ité_${at}`, at / 7]),
  );
  const body = JSON.stringify({ data: Array.from({ length: 12 }, () => row) });
  const make = (): Promise<Page> => Promise.resolve({ body, next: "n", rows: 12 });
  await cache.of("wide", make);
  expect(await cache.of("wide", () => Promise.reject(new TypeError("made again")))).toEqual({
    body,
    next: "n",
    rows: 12,
  });
  expect(cache.held).toBeLessThan(body.length / 5);
});
