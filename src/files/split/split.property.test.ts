/** Splitting a file and putting its batches together again gives the same records, however its bytes arrive. */

import * as fc from "fast-check";
import { expect, test } from "vitest";
import { SPLIT_LIMITS, type Batch, type Splitter } from "../batch.ts";
import { splitJson } from "./split-json.ts";
import { splitCsv, splitNdjson } from "./split-lines.ts";

const limits = { ...SPLIT_LIMITS, batchBytes: 60, batchRecordsMax: 4 };

/** Feeds the text in chunks of the given sizes, again and again. */
function split(splitter: Splitter, text: string, sizes: readonly number[]): Batch[] {
  const bytes = Buffer.from(text);
  const batches: Batch[] = [];
  let at = 0;
  for (let turn = 0; at < bytes.length; turn += 1) {
    const size = sizes[turn % sizes.length] ?? 1;
    batches.push(...splitter.push(Buffer.from(bytes.subarray(at, at + size))));
    at += size;
  }
  batches.push(...splitter.end());
  return batches;
}

/** Every batch's first record and count fit together, and no batch is larger than it may be. */
function expectNumbered(batches: readonly Batch[], total: number): void {
  let next = 1;
  for (const batch of batches) {
    expect(batch.first).toBe(next);
    expect(batch.records).toBeGreaterThan(0);
    expect(batch.records).toBeLessThanOrEqual(limits.batchRecordsMax);
    next += batch.records;
  }
  expect(next - 1).toBe(total);
}

const sizes = fc.array(fc.integer({ min: 1, max: 90 }), { minLength: 1, maxLength: 6 });
const ending = fc.constantFrom("\n", "\r\n");

const plainCell = fc
  .string({ unit: fc.constantFrom("a", "é", "7", " ", ".", "漢", "'"), minLength: 1, maxLength: 8 })
  // A quote inside a field that does not begin with one is text.
  .chain((text) => fc.constantFrom(text, `${text}"`, `${text}"x`));
const quotedCell = fc
  .string({ unit: fc.constantFrom("a", '"', ",", "\n", "\r\n", "é", "") })
  .map((text) => `"${text.replaceAll('"', '""')}"`);
const csvRow = fc
  .array(fc.oneof(plainCell, quotedCell), { minLength: 2, maxLength: 5 })
  .map((cells) => cells.join(","));

test("CSV with quoted line feeds", () => {
  fc.assert(
    fc.property(
      fc.array(csvRow),
      fc.tuple(ending, fc.boolean()),
      sizes,
      (rows, [end, closed], chunks) => {
        const header = `"a\nb",c${end}`;
        const records = rows.map((row, index) =>
          closed || index < rows.length - 1 ? row + end : row,
        );
        const batches = split(splitCsv(limits), header + records.join(""), chunks);
        const bodies = batches.map(({ body }) => body.toString());
        expect(bodies.every((body) => body.startsWith(header))).toBe(true);
        const sent = bodies.map((body) => body.slice(header.length));
        expect(sent.join("").trimEnd()).toBe(records.join("").trimEnd());
        expectNumbered(batches, rows.length);
        // Each batch holds exactly the records that it says.
        for (const [index, batch] of batches.entries()) {
          const own = records.slice(batch.first - 1, batch.first - 1 + batch.records);
          expect(sent[index]?.trimEnd()).toBe(own.join("").trimEnd());
        }
      },
    ),
  );
});

test("NDJSON with blank lines", () => {
  const line = fc.json().map((text) => `{"v":${text.replaceAll("\n", " ")}}`);
  const blank = fc.constantFrom("", "\r\n", "\n\n");
  fc.assert(
    fc.property(fc.array(fc.tuple(line, blank)), sizes, (lines, chunks) => {
      const text = lines.map(([one, gap]) => `${one}\n${gap}`).join("");
      const batches = split(splitNdjson(limits), text, chunks);
      const sent = batches.map(({ body }) => body.toString()).join("");
      const found = sent.split(/\r?\n/).filter((one) => one !== "");
      expect(found).toEqual(lines.map(([one]) => one));
      expectNumbered(batches, lines.length);
    }),
  );
});

const pretty = fc.constantFrom(undefined, 2, "\t");
const layouts = fc.constantFrom("array", "values", "lines");

test("JSON arrays and values, compact or pretty", () => {
  const value = fc.oneof(fc.dictionary(fc.string(), fc.jsonValue()), fc.jsonValue());
  fc.assert(
    fc.property(
      fc.array(value),
      fc.tuple(pretty, layouts),
      sizes,
      (values, [indent, layout], chunks) => {
        const texts = values.map((one) => JSON.stringify(one, undefined, indent));
        const [first, ...others] = texts;
        // A lone array at the top is the list of records itself, so here it is wrapped.
        const wrapped = layout !== "array" && first?.startsWith("[") === true;
        const all = wrapped ? [`{"w":${first}}`, ...others] : texts;
        const text = layout === "array" ? `[${all.join(",\n")}]` : all.join(" \n");
        const batches = split(splitJson(limits), text, chunks);
        const lines = batches.flatMap(({ body }) => body.toString().trimEnd().split("\n"));
        expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual(
          all.map((one) => JSON.parse(one) as unknown),
        );
        expectNumbered(batches, values.length);
        expect(batches.every(({ type }) => type === "application/x-ndjson")).toBe(true);
      },
    ),
  );
});

test("any bytes at all end, and none but too long records are left out", () => {
  const tight = { ...limits, recordBytesMax: 200, quotedBytesMax: 100, headerBytesMax: 5000 };
  const bytes = fc.string({
    unit: fc.constantFrom('"', ",", "\n", "a", "{", "}", "[", "]", "\\", ":", " "),
    maxLength: 600,
  });
  fc.assert(
    fc.property(bytes, sizes, (text, chunks) => {
      const kept = { ...tight, recordBytesMax: 10_000 };
      for (const make of [splitCsv, splitNdjson, splitJson]) {
        expectNumbered(
          split(make(kept), text, chunks),
          split(make(kept), text, [1000]).reduce((sum, one) => sum + one.records, 0),
        );
        const bounded = split(make(make === splitCsv ? kept : tight), text, chunks);
        expect(bounded.every(({ body }) => body.length < 1500)).toBe(true);
      }
      const ndjson = split(splitNdjson(kept), text, chunks).map(({ body }) => body.toString());
      expect(ndjson.join("").replaceAll("\n", "")).toBe(text.replaceAll("\n", ""));
    }),
  );
});
