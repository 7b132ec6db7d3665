/** The way from the bytes and the general way write the same rows, whatever the records hold. */

import * as fc from "fast-check";
import { expect, it } from "vitest";
import { z } from "zod";
import { planOne, toFrame } from "../fixture.ts";
import { BlockPool } from "./byte-sink.ts";
import { type Encoded, openEncoder } from "./encoder.ts";

const schema = z.object({
  name: z.string(),
  size: z.int().nullish(),
  price: z.number().nullish(),
  fresh: z.boolean().nullish(),
  at: z.iso.datetime({ offset: true }).nullish(),
  note: z.string().nullish(),
});
const pool = new BlockPool(4_194_304);
const text = fc.oneof(
  fc.string({ unit: "grapheme", maxLength: 90 }),
  fc.string({ unit: fc.constantFrom(",", "a", '"', "\n", " ", "é", "\\"), maxLength: 80 }),
);
const optional = <T>(of: fc.Arbitrary<T>): fc.Arbitrary<T | null | undefined> =>
  fc.option(fc.option(of, { nil: null }), { nil: undefined });
const event = fc.record({
  name: text,
  size: optional(fc.integer()),
  price: optional(fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e12, max: 1e12 })),
  fresh: optional(fc.boolean()),
  at: optional(fc.constantFrom("2026-07-13T14:05:06Z", "2026-07-13T14:05:06.123456+02:00")),
  note: optional(text),
});
const ids = fc.constantFrom(undefined, "name", ["name", "price", "note"], ["size", "fresh"]);

function encode(records: readonly string[], format: "csv" | "ndjson", id: unknown): Encoded {
  const stream = planOne({ schema, deliver: { format }, id } as never);
  const batch = openEncoder(stream, pool).open();
  const frame = toFrame(records, { shard: 3, firstSequence: 99_999_998 });
  batch.add(frame, 0, frame.count);
  return batch.finish();
}

function textOf({ rows }: Encoded): string {
  return Buffer.concat(rows.chunks).toString();
}

/** RFC 4180, read character by character; an empty cell is null only where it has no quotes. */
function readCsv(csv: string): (string | null)[][] {
  const cells = csv.matchAll(/("(?:[^"]|"")*"|[^",\n]*)(,|\n)/g);
  const rows: (string | null)[][] = [[]];
  for (const [, cell = "", end] of cells) {
    const quoted = cell.startsWith('"');
    const plain = cell === "" ? null : cell;
    rows.at(-1)?.push(quoted ? cell.slice(1, -1).replaceAll('""', '"') : plain);
    if (end === "\n") {
      rows.push([]);
    }
  }
  return rows.slice(0, -1);
}

it("writes the same CSV cells from bytes and from parsed events", () => {
  fc.assert(
    fc.property(fc.array(event, { minLength: 1, maxLength: 8 }), ids, (events, id) => {
      const records = events.map((one) => JSON.stringify(one));
      const fast = readCsv(textOf(encode(records, "csv", id)));
      const general = readCsv(
        textOf(
          encode(
            records.map((record) => ` ${record}`),
            "csv",
            id,
          ),
        ),
      );
      expect(fast).toEqual(general);
      expect(fast.slice(1).map(([name]) => name)).toEqual(events.map(({ name }) => name));
      expect(new Set(fast.map((row) => row.length))).toEqual(new Set([11]));
    }),
  );
});

it("writes the same NDJSON members from bytes and from parsed events", () => {
  fc.assert(
    fc.property(fc.array(event, { minLength: 1, maxLength: 8 }), ids, (events, id) => {
      const records = events.map((one) => JSON.stringify(one));
      const rows = [records, records.map((record) => ` ${record}`)].map((way) =>
        textOf(encode(way, "ndjson", id))
          .trim()
          .split("\n")
          .map((line) => withoutNulls(JSON.parse(line) as object)),
      );
      expect(rows[0]).toEqual(rows[1]);
      expect(rows[0]?.map((row) => row["name"])).toEqual(events.map(({ name }) => name));
    }),
  );
});

/** A member that is null says the same as none. */
function withoutNulls(row: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(row).filter(([, value]) => value !== null));
}
