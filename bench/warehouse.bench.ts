/** How fast cuts are loaded and queries answered: `node bench/warehouse.bench.ts`. Prints one line per figure. */

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { planPipeline } from "../src/plan/plan-pipeline.ts";
import type { Plan } from "../src/plan/plan.ts";
import { csvOf, type MadeCut, makeCut, ndjsonOf } from "../src/stages/warehouse/fixture.ts";
import { openWarehouse, type Warehouse } from "../src/stages/warehouse/index.ts";

const OBJECTS = 16;
const ROWS = 32_768;
const WIDE_ITEMS = 78;

interface Case {
  readonly name: string;
  readonly plan: Plan;
  readonly cuts: (folder: string) => readonly MadeCut[];
}

const text = "a plain text of about thirty-two characters, or a few more";
const narrow = {
  shop: z.string(),
  city: z.string(),
  item: z.string(),
  note: z.string(),
  price: z.number(),
  tax: z.number(),
  pieces: z.int(),
  till: z.int(),
  paid: z.boolean(),
  day: z.iso.date(),
  sold: z.iso.datetime(),
  more: z.string().nullable(),
};

function narrowRow(at: number): readonly (string | number | boolean | null)[] {
  return [
    `shop ${at % 97}`,
    `city ${at % 31}`,
    `item ${at % 997}`,
    text,
    at / 7,
    0.19,
    at % 9,
    at % 17,
    at % 2 === 0,
    "2026-02-03",
    "2026-02-03T04:05:06.789Z",
    at % 3 === 0 ? null : text,
  ];
}

function planOf(shape: z.ZodRawShape): Plan {
  return planPipeline({ name: "bench", streams: { s: { schema: z.object(shape) } } }, "bench.ts");
}

function narrowCuts(format: "csv" | "ndjson", compression: "none" | "gzip" | "zstd") {
  return (folder: string): MadeCut[] =>
    Array.from({ length: OBJECTS }, (_cut, cut) => {
      const rows = Array.from({ length: ROWS }, (_row, at) => narrowRow(cut * ROWS + at));
      const names = Object.keys(narrow);
      const object =
        format === "csv"
          ? csvOf(
              names.join(","),
              rows.map((row) =>
                row
                  .map((one) =>
                    typeof one === "string" && one.includes(",") ? `"${one}"` : (one ?? ""),
                  )
                  .join(","),
              ),
            )
          : ndjsonOf(
              rows.map((row) => Object.fromEntries(names.map((name, at) => [name, row[at]]))),
            );
      return makeCut({
        folder,
        stream: "s",
        cut: cut + 1,
        format,
        compression,
        text: object,
        records: ROWS,
      });
    });
}

const wide = Object.fromEntries([
  ["country", z.string()],
  ["market", z.string()],
  ...Array.from({ length: WIDE_ITEMS * 6 }, (_item, at) => [`m${at}`, z.number().nullable()]),
]) as z.ZodRawShape;

function wideCuts(rowsPerCut: number) {
  return (folder: string): MadeCut[] =>
    Array.from({ length: Math.ceil(21_000 / rowsPerCut) }, (_cut, cut) => {
      const rows = Array.from({ length: rowsPerCut }, (_row, at) => {
        const cells = Array.from({ length: WIDE_ITEMS * 6 }, (_cell, item) =>
          Math.floor(item / 6) % 11 === at % 11 ? (item * 7 + at) / 8 : "",
        );
        return ["Mali", `market ${at}`, ...cells].join(",");
      });
      return makeCut({
        folder,
        stream: "s",
        cut: cut + 1,
        format: "csv",
        text: csvOf(Object.keys(wide).join(","), rows),
        records: rowsPerCut,
      });
    });
}

const CASES: readonly Case[] = [
  { name: "narrow csv", plan: planOf(narrow), cuts: narrowCuts("csv", "none") },
  { name: "narrow csv gzip", plan: planOf(narrow), cuts: narrowCuts("csv", "gzip") },
  { name: "narrow csv zstd", plan: planOf(narrow), cuts: narrowCuts("csv", "zstd") },
  { name: "narrow ndjson", plan: planOf(narrow), cuts: narrowCuts("ndjson", "none") },
  { name: "wide csv, 3000 rows a cut", plan: planOf(wide), cuts: wideCuts(3000) },
  { name: "wide csv, 300 rows a cut", plan: planOf(wide), cuts: wideCuts(300) },
];

async function measure({ name, plan, cuts }: Case): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "millrace-bench-"));
  try {
    const made = cuts(folder);
    await using house = await openWarehouse({ path: join(folder, "w.duckdb"), readable: [folder] });
    await house.ensure(plan);
    const times: number[] = [];
    const started = performance.now();
    let rows = 0;
    for (const cut of made) {
      const at = performance.now();
      const loaded = await house.load(plan.streams[0] as never, cut.manifest, cut.objects);
      rows += loaded?.rows ?? 0;
      times.push(performance.now() - at);
    }
    const seconds = (performance.now() - started) / 1000;
    times.sort((a, b) => a - b);
    const p50 = times[Math.floor(times.length / 2)] ?? 0;
    const worst = times.at(-1) ?? 0;
    const rate = Math.round(rows / seconds).toLocaleString("en");
    console.log(
      `${name}: ${rate} rows/s, ${rows} rows in ${seconds.toFixed(2)} s, a load p50 ${p50.toFixed(0)} ms, worst ${worst.toFixed(0)} ms`,
    );
    await measureQueries(house);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function measureQueries(house: Warehouse): Promise<void> {
  for (const sql of [
    "SELECT 1",
    "SELECT count(*) FROM s",
    "SELECT * FROM s WHERE _sequence = 77 LIMIT 1",
  ]) {
    const times: number[] = [];
    for (let turn = 0; turn < 50; turn += 1) {
      const at = performance.now();
      await house.query.run(sql);
      times.push(performance.now() - at);
    }
    times.sort((a, b) => a - b);
    console.log(`  ${sql}: p50 ${times[25]?.toFixed(2)} ms, p98 ${times[48]?.toFixed(2)} ms`);
  }
}

for (const one of CASES) {
  await measure(one);
}
