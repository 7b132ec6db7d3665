/** CSV written by any RFC 4180 writer comes back as the values that were written. */

import * as fc from "fast-check";
import { expect, test } from "vitest";
import { z } from "zod";
import { defined } from "../../../base/assert.ts";
import { planPipeline } from "../../../plan/plan-pipeline.ts";
import { openChecker } from "../index.ts";

const schema = z.object({
  text: z.string().nullish(),
  n: z.number().nullish(),
  i: z.int().nullish(),
  ok: z.boolean().nullish(),
});
const planned = planPipeline({ name: "test", streams: { rows: { schema } } }, "/x/pipeline.ts");
const plan = defined(planned.streams[0], "one stream is planned");

const texts = fc.oneof(
  fc.string(),
  fc.string({ unit: "grapheme" }),
  fc.constantFrom('"', ",\r\n", "", '""'),
);
const rows = fc.record(
  {
    text: texts.filter((text) => !text.includes("\0")),
    n: fc.double({ noNaN: true, noDefaultInfinity: true }),
    i: fc.maxSafeInteger(),
    ok: fc.boolean(),
    extra: fc
      .string({ minLength: 1 })
      .filter((text) => !text.includes("\0") && !/^[-\d]|^(true|false)$/.test(text)),
  },
  { requiredKeys: [] },
);
type Row = Partial<Record<"text" | "n" | "i" | "ok" | "extra", unknown>>;

function toCell(value: unknown, always: boolean): string {
  if (typeof value !== "string") {
    return value === undefined ? "" : JSON.stringify(value);
  }
  return always || value === "" || /[",\r\n]/.test(value)
    ? `"${value.replaceAll('"', '""')}"`
    : value;
}

test("rows come back as they were written, in any order of columns", () => {
  const names = ["text", "n", "i", "ok", "extra"] as const;
  const orders = fc.shuffledSubarray([...names], { minLength: names.length });
  const breaks = fc.constantFrom("\n", "\r\n");
  fc.assert(
    fc.property(fc.array(rows), orders, fc.tuple(breaks, fc.boolean()), (written, order, how) => {
      const [lineBreak, always] = how;
      const lines = written.map((row: Row) =>
        order.map((name) => toCell(row[name], always)).join(","),
      );
      const body = [order.join(","), ...lines].join(lineBreak);
      const verdict = openChecker(plan).check(Buffer.from(body), "csv");
      const { bytes, starts, ends, count } = verdict.accepted;
      const got = Array.from({ length: count }, (_, i): unknown =>
        JSON.parse(bytes.toString("utf8", starts[i], ends[i])),
      );
      expect(verdict.rejected).toEqual([]);
      expect(got).toEqual(written.map((row) => JSON.parse(JSON.stringify(row)) as unknown));
    }),
  );
});

test("any bytes at all give a verdict whose members add up", () => {
  const pieces = fc.constantFrom('"', ",", "\n", "\r\n", "a", "1", '""', "\u00e9", "\0", " ");
  const garbage = fc.array(pieces, { maxLength: 60 }).map((some) => Buffer.from(some.join("")));
  const bodies = fc.oneof(
    garbage,
    fc.uint8Array({ maxLength: 80 }).map((bytes) => Buffer.from(bytes)),
  );
  const checker = openChecker(plan);
  fc.assert(
    fc.property(
      bodies,
      fc.boolean(),
      fc.constantFrom("csv", "json", "ndjson"),
      (rest, headed, format) => {
        const body = headed ? Buffer.concat([Buffer.from("text,n\n"), rest]) : rest;
        const { count, accepted, rejected } = checker.check(body, format);
        expect(count).toBe(accepted.count + rejected.length);
        for (let i = 0; i < accepted.count; i += 1) {
          const line = accepted.bytes.toString("utf8", accepted.starts[i], accepted.ends[i]);
          expect(JSON.parse(line)).toBeTypeOf("object");
          expect(line).not.toMatch(/[\r\n]/);
        }
      },
    ),
    { numRuns: 500 },
  );
});
