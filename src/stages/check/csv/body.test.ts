/** CSV bodies: how cells become values, and which rows and headers are set aside. */

import { expect, test } from "vitest";
import { z } from "zod";
import { defined } from "../../../base/assert.ts";
import { Fault } from "../../../base/faults.ts";
import { planPipeline } from "../../../plan/plan-pipeline.ts";
import type { Checker, Verdict } from "../../../seams/check.ts";
import { openChecker } from "../index.ts";

const schema = z.object({
  name: z.string(),
  year: z.int(),
  price: z.number().nullable(),
  note: z.string().nullish(),
  open: z.boolean().optional(),
  more: z.object({ a: z.number() }).optional(),
});

function checkerOf(stream: object = {}): Checker {
  const definition = { name: "test", streams: { rows: { schema, ...stream } } };
  const plan = planPipeline(definition, "/x/pipeline.ts");
  return openChecker(defined(plan.streams[0], "one stream is planned"));
}

function check(body: string | Buffer, stream: object = {}): Verdict {
  return checkerOf(stream).check(Buffer.from(body), "csv");
}

function accepted({ accepted: { bytes, starts, ends, count } }: Verdict): string[] {
  return Array.from({ length: count }, (_, i) => bytes.toString("utf8", starts[i], ends[i]));
}

function rejections({ rejected }: Verdict): [number, string, string][] {
  return rejected.map(({ member, raw, reasons }) => [member, raw.toString(), reasons[0].code]);
}

test("rows become canonical records in the schema's order, whatever the header's", () => {
  const body = "price,name,year,extra\r\n1.50,Ada,2007,x\r\n\r\n,Bob,2008,\r\n";
  expect(accepted(check(body))).toEqual([
    '{"name":"Ada","year":2007,"price":1.50,"extra":"x"}',
    '{"name":"Bob","year":2008,"price":null}',
  ]);
});

test("an empty cell is absent or null; empty quotes are an empty text", () => {
  const body = 'name,year,price,note,open\n"",1,,"",\nA,1,2,,""\n';
  expect(accepted(check(body))).toEqual([
    '{"name":"","year":1,"price":null,"note":""}',
    '{"name":"A","year":1,"price":2}',
  ]);
  expect(rejections(check("name,year,price\n,1,2"))).toEqual([[0, ",1,2", "FIELD_MISSING"]]);
});

test.each([
  ["007", "-5", '{"name":"A","year":7,"price":-5}'],
  ["+7", ".5", '{"name":"A","year":7,"price":0.5}'],
  ["7.0", "5.", '{"name":"A","year":7,"price":5}'],
  [" 7 ", "1e3", '{"name":"A","year":7,"price":1e3}'],
  ["0", "-0.10", '{"name":"A","year":0,"price":-0.10}'],
])("the number texts %j and %j are brought into JSON", (year, price, record) => {
  expect(accepted(check(`name,year,price\nA,${year},${price}`))).toEqual([record]);
});

test.each([
  "ten",
  "1 000",
  '"1,000"',
  "NaN",
  "0x10",
  "1.5",
  "--1",
  ".",
  "1e",
  "\u0661",
  "Infinity",
])("the cell %j is no whole number", (cell) => {
  const verdict = check(`name,year,price\nA,${cell},1`);
  expect(verdict.rejected[0]?.reasons[0]).toMatchObject({ code: "FIELD_TYPE", path: "/year" });
});

test("booleans in any case, and JSON in nested fields", () => {
  const body =
    'name,year,price,open,more\nA,1,1,TRUE,"{""a"": 1}"\nB,1,1,False,\nC,1,1,yes,\nD,1,1,,{}';
  const verdict = check(body);
  expect(accepted(verdict)).toEqual([
    '{"name":"A","year":1,"price":1,"open":true,"more":{"a": 1}}',
    '{"name":"B","year":1,"price":1,"open":false}',
  ]);
  expect(rejections(verdict).map(([, , code]) => code)).toEqual(["FIELD_TYPE", "FIELD_MISSING"]);
});

test("quotes, commas, line breaks and other characters inside cells arrive", () => {
  const body = 'name,year,price\n"a,""b""\r\nc\\",1,1\n"Côte d\'Ivoire\t💧",2,2\n';
  const names = accepted(check(body)).map((line) => (JSON.parse(line) as { name: string }).name);
  expect(names).toEqual(['a,"b"\r\nc\\', "Côte d'Ivoire\t💧"]);
});

test("rows with too few or too many cells, or stray quotes, are set aside alone", () => {
  const body = 'name,year,price\nA,1\nB,1,1,1\nC"x,1,1\n"D,1,1\nE,1,1\n"F"x,1,1\nG,1,1';
  const verdict = check(body);
  expect(accepted(verdict).map((line) => line.slice(9, 10))).toEqual(["E", "G"]);
  expect(rejections(verdict)).toEqual([
    [0, "A,1", "CSV_MALFORMED"],
    [1, "B,1,1,1", "CSV_MALFORMED"],
    [2, 'C"x,1,1', "CSV_MALFORMED"],
    [3, '"D,1,1', "CSV_MALFORMED"],
    [5, '"F"x,1,1', "CSV_MALFORMED"],
  ]);
  expect(verdict.rejected[0]?.reasons[0].message).toBe("the row has 2 cells; the header has 3");
});

test.each([
  ["a header that names a column twice", "name,year,name\nA,1,B"],
  ["a header with a nameless column", ",name,year\n0,A,1"],
  ["no header at all", "A,1,1\nB,2,2"],
  ["semicolons", "name;year;price\nA;1;1"],
  ["an open quote in the header", '"name,year\nA,1'],
])("%s sets the body aside whole", (_what, body) => {
  expect(rejections(check(body))).toEqual([[0, body, "CSV_MALFORMED"]]);
});

test("a byte order mark, quoted names and spaces around names are read", () => {
  const body = '\ufeff"name", year ,price\nA,1,1';
  expect(accepted(check(body))).toEqual(['{"name":"A","year":1,"price":1}']);
});

test("a body without rows holds no record", () => {
  expect(check("").count).toBe(0);
  expect(check("\r\n\n").count).toBe(0);
  expect(check("name,year,price\r\n").count).toBe(0);
  expect(check("name,year,price").count).toBe(0);
});

test("unknown columns are taken as numbers, booleans or text, unless they are closed out", () => {
  const body = "name,year,price,a,b,c,d\nA,1,1,5,true,007,\nB,1,1,,,,\n";
  const open = check(body);
  expect(accepted(open)[0]).toBe('{"name":"A","year":1,"price":1,"a":5,"b":true,"c":"007"}');
  const closed = check(body, { drift: { newField: "quarantine" } });
  expect(rejections(closed)).toEqual([[0, "A,1,1,5,true,007,", "FIELD_UNKNOWN"]]);
  expect(accepted(closed)).toEqual(['{"name":"B","year":1,"price":1}']);
});

test("NUL and bytes that are no text set their row aside, also in unknown columns", () => {
  const latin1 = Buffer.from("Zoë,1,1,x\n", "latin1");
  const body = Buffer.concat([
    Buffer.from("name,year,price,x\n"),
    latin1,
    Buffer.from("A,1,1,\0\nB,1,1,"),
  ]);
  const verdict = check(body);
  expect(verdict.rejected.map(({ reasons }) => reasons[0].code)).toEqual([
    "NOT_UTF8",
    "FIELD_FORMAT",
  ]);
  expect(accepted(verdict)).toEqual(['{"name":"B","year":1,"price":1}']);
});

test("the same header in the next body is known, another is read anew", () => {
  const checker = checkerOf();
  const rows = (body: string) => accepted(checker.check(Buffer.from(body), "csv"));
  expect(rows("name,year,price\nA,1,1\n")).toEqual(['{"name":"A","year":1,"price":1}']);
  expect(rows("name,year,price\nB,2,2\n")).toEqual(['{"name":"B","year":2,"price":2}']);
  expect(rows("name,price,year\nC,3,4\n")).toEqual(['{"name":"C","year":4,"price":3}']);
  expect(rows("name,price,year,z\nD,3,4,5\n")).toEqual(['{"name":"D","year":4,"price":3,"z":5}']);
});

test("keys are hashed and ids judged as in JSON", () => {
  const stream = { key: ["name", "price"], id: "note", shards: 2 };
  const checker = checkerOf(stream);
  const csv = checker.check(Buffer.from("name,year,price,note\nA,1,1.50,x\nB,1,2,\n"), "csv");
  expect(csv.rejected.map(({ reasons }) => reasons[0].code)).toEqual(["ID_INVALID"]);
  const hash = [...(csv.accepted.hashes ?? [])].slice(0, 4);
  const json = checker.check(Buffer.from('{"note":"x","price":1.5,"year":1,"name":"A"}'), "json");
  expect([...(json.accepted.hashes ?? [])].slice(0, 4)).toEqual(hash);
});

test("quotes that never close cost no more than a few readings of the body", () => {
  const body = `name,year,price\n${'"A,1,1\n'.repeat(20_001)}`;
  const began = performance.now();
  expect(check(body).rejected).toHaveLength(20_001);
  expect(performance.now() - began).toBeLessThan(2000);
});

test("a body that would grow past the bound as JSON is refused whole", () => {
  const names = Array.from({ length: 200 }, (_, i) => `${"long_name_of_column_".repeat(8)}${i}`);
  const wide = z.object(Object.fromEntries(names.map((name) => [name, z.int()])));
  const body = `${names.join(",")}\n${`${names.map(() => 1).join(",")}\n`.repeat(600)}`;
  expect(() => check(body, { schema: wide })).toThrow(Fault);
});
