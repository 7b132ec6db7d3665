/** The statement that the books' page publishes is the one the books run, and gives what JavaScript computes. */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { z } from "zod";
import { PARTS } from "../../src/runtime/upkeep/disk-use.ts";
import { fingerprintSql, hashRow } from "../../src/books/fingerprint.ts";
import { planPipeline } from "../../src/plan/plan-pipeline.ts";
import { openWarehouse } from "../../src/stages/warehouse/index.ts";

const page = (name: string): string =>
  readFileSync(join(import.meta.dirname, "../../docs/concepts", name), "utf8");

it("publishes a fingerprint that runs by hand", async () => {
  const schema = z.object({
    shop: z.string(),
    price: z.number(),
    pieces: z.int(),
    paid: z.boolean(),
    day: z.iso.date(),
  });
  const sql = /```sql\n([\s\S]*?)\n```/.exec(page("books.md"))?.[1] ?? "";
  const plan = planPipeline({ name: "t", streams: { sales: { schema } } }, "p.ts");
  await using warehouse = await openWarehouse({ readable: [] });
  await warehouse.ensure(plan);
  await using execute = await warehouse.execute();
  await execute.transaction((transaction) =>
    transaction.run(`INSERT INTO sales VALUES
      ('a "b", c', 0.1, 7, true, DATE '2026-07-13', 'e1', 0, 1, TIMESTAMP '2026-07-13 14:05:06.789', NULL, 'o', 1, 1, now()::TIMESTAMP),
      (NULL, -3, NULL, false, NULL, 'e2', 1, 1, TIMESTAMP '1970-01-01', '{"x":1}', 'o', 2, 1, now()::TIMESTAMP),
      ('of another load', 1, 1, true, NULL, 'e3', 1, 2, TIMESTAMP '1970-01-01', NULL, 'o', 1, 2, now()::TIMESTAMP)`),
  );
  const at = BigInt(Date.UTC(2026, 6, 13, 14, 5, 6, 789)) * 1000n;
  const day = BigInt(Date.UTC(2026, 6, 13) / 86_400_000);
  const rows = [
    hashRow(['a "b", c', 0.1, 7n, true, day, "e1", 0n, 1n, at, undefined, 1n]),
    hashRow([undefined, -3, undefined, false, undefined, "e2", 1n, 1n, 0n, '{"x":1}', 2n]),
  ];
  const answer = await warehouse.query.run(sql);
  expect(answer.rows).toEqual([[2, String(rows.reduce((sum, one) => sum + one, 0n))]]);
  const types = await warehouse.query.run(
    "SELECT column_name, data_type FROM duckdb_columns() WHERE table_name = 'sales' ORDER BY column_index",
  );
  const columns = types.rows.map(([name, type]) => ({ name: String(name), type: String(type) }));
  const hashed = columns.filter(({ name }) => !["_load", "_loaded_at", "_object"].includes(name));
  expect(fingerprintSql("sales", hashed, "_load = 1")).toBe(sql);
});

it("names an owner for every part of the disk", () => {
  const table = page("retention.md")
    .split("\n")
    .filter((line) => line.startsWith("| "));
  const named = new Set(table.slice(2).map((line) => line.split("|")[1]?.trim()));
  expect(named).toEqual(new Set(PARTS.map(([name]) => name)));
});
