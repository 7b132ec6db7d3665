/** Rows of a CSV object are counted and named as they were written, whatever stands in their cells. */

import * as fc from "fast-check";
import { expect, test } from "vitest";
import { DELIVERED_COLUMNS } from "../../base/record.ts";
import type { StoredPart } from "../../seams/announce.ts";
import { countRows, readRowsOf } from "./contents.ts";

const PART = { format: "csv", compression: "none" } as StoredPart;
const NAMES = DELIVERED_COLUMNS.slice(0, 3).map(({ name }) => name);

const cell = fc.string({ unit: fc.constantFrom("a", "ü", ",", '"', "\n", " "), maxLength: 6 });
const rows = fc.array(fc.record({ id: cell, shard: fc.nat(9), sequence: fc.nat(), note: cell }), {
  maxLength: 12,
});

function quoted(text: string): string {
  return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

test("each row counts once and is named by its id and place", async () => {
  const holds = fc.asyncProperty(rows, fc.boolean(), async (all, ended) => {
    const lines = all.map(({ id, shard, sequence, note }) =>
      [quoted(note), quoted(id), shard, sequence].join(","),
    );
    const text = [["note", ...NAMES].join(","), ...lines].join("\n");
    const bytes = Buffer.from(ended ? `${text}\n` : text);
    expect(await countRows(bytes, PART)).toBe(all.length);
    const named = await readRowsOf(bytes, PART);
    expect(named?.map(({ name }) => name)).toEqual(
      all.map(({ id, shard, sequence }) => `${id} ${shard} ${sequence}`),
    );
  });
  await fc.assert(holds, { numRuns: 200 });
});
