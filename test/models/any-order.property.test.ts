/** However rows arrive, split into loads, late or twice: the incremental model is what one pass over all would give. */

import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as fc from "fast-check";
import { expect, it } from "vitest";
import { z } from "zod";
import { defined } from "../../src/base/assert.ts";
import { systemClock } from "../../src/base/clock.ts";
import { planPipeline } from "../../src/plan/plan-pipeline.ts";
import { startModels } from "../../src/stages/models/index.ts";
import { makeCut, ndjsonOf } from "../../src/stages/warehouse/fixture.ts";
import { openWarehouse } from "../../src/stages/warehouse/index.ts";

const MODEL = `-- @key k
-- @order revised
select k, v, revised, _event_id, _shard, _sequence, _accepted_at, _load, _line from {{ new raw }}`;
const FRESH = `SELECT k, v FROM raw WHERE k IS NOT NULL QUALIFY row_number() OVER
  (PARTITION BY k ORDER BY revised DESC NULLS LAST, _accepted_at DESC, _shard DESC, _sequence DESC) = 1 ORDER BY k`;

const row = fc.record({
  k: fc.option(fc.constantFrom("a", "b", "c"), { freq: 8 }),
  v: fc.option(fc.integer({ min: 0, max: 2 })),
  revised: fc.option(fc.integer({ min: 0, max: 6 })),
});
const loads = fc.array(
  fc.record({ rows: fc.array(row, { minLength: 1, maxLength: 6 }), settle: fc.boolean() }),
  { minLength: 1, maxLength: 8 },
);

it("ends in the same values, and every run adds up", async () => {
  await fc.assert(fc.asyncProperty(loads, holds), { numRuns: 25 });
}, 100_000);

async function holds(
  given: readonly { rows: readonly object[]; settle: boolean }[],
): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "millrace-order-"));
  try {
    const schema = z.object({
      k: z.string().nullable(),
      v: z.int().nullable(),
      revised: z.int().nullable(),
    });
    const streams = { raw: { schema } };
    const plan = planPipeline({ name: "t", streams, models: "." }, join(folder, "p.ts"));
    await writeFile(join(folder, "kept.sql"), MODEL);
    await using house = await openWarehouse({ readable: [folder] });
    await house.ensure(plan);
    await using execute = await house.execute();
    await using models = startModels({
      plan,
      execute,
      clock: systemClock,
      pauseMs: 0,
      pollMs: 1000,
      retryMs: { first: 1, max: 1 },
      onChange: () => {},
    });
    let sequence = 1;
    for (const [at, { rows, settle }] of given.entries()) {
      const text = ndjsonOf(rows, sequence);
      sequence += rows.length;
      const made = makeCut({
        folder,
        stream: "raw",
        cut: at + 1,
        format: "ndjson",
        text,
        records: rows.length,
      });
      await house.load(defined(plan.streams[0], "it has one"), made.manifest, made.objects);
      if (settle) {
        await models.settle();
      }
    }
    expect(await models.settle()).toBe(true);
    const [kept, fresh] = [
      await house.query.run("SELECT k, v FROM kept ORDER BY k"),
      await house.query.run(FRESH),
    ];
    expect(kept.rows).toEqual(fresh.rows);
    const counts = await house.query.run(`SELECT sum(rows_in), sum(inserted),
      bool_and(rows_out = inserted + updated + duplicates + set_aside) FROM row_counts`);
    expect(counts.rows).toEqual([[sequence - 1, kept.rows.length, true]]);
    const aside = await house.query.run(`SELECT (SELECT sum(set_aside) FROM row_counts) = count(*)
      FROM dead_letters WHERE stage = 'model'`);
    expect(aside.rows).toEqual([[true]]);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
