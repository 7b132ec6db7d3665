/** The read APIs of a running pipeline at a steady rate. Run: node bench/endpoints.bench.ts [rows] [requests a second] [seconds] */

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { marketsFor, openGenerator } from "../examples/food-market/generator.ts";
import { RunningPipeline } from "../test/journey/running.ts";

const [rows = 21_000, perSecond = 100, seconds = 20] = process.argv.slice(2).map(Number);
const AHEAD_MS = 5000;
const made = openGenerator({ markets: marketsFor(rows), seed: 3n });

await using running = new RunningPipeline("examples/food-market");
await running.start("--no-sources");
const file = join(running.folder, "rows.csv");
writeFileSync(file, made.csv(0, rows));
running.cli("send", "prices", file);
await running.drain(300_000);

/** Wide rows of a market's year: a dozen rows of 473 columns, 1 of as many questions as there are market years. */
function wide(at: number): string {
  const { country, market, year } = made.row((at * 7919) % rows);
  return `/fetch_data?year=${year}&country=${encodeURIComponent(country)}&market=${encodeURIComponent(market)}`;
}

/** The same rows, but the columns that a chart of one item needs. */
function some(at: number): string {
  return `${wide(at)}&columns=country,mkt_name,DATES,o_rice,h_rice,l_rice,c_rice`;
}

function narrow(at: number): string {
  const { country, market } = made.row((at * 7919) % rows);
  return `/v1/data/prices?country=${encodeURIComponent(country)}&market=${encodeURIComponent(market)}&limit=50`;
}

/** Milliseconds per request at a steady rate, whether or not earlier ones are answered. */
async function measure(title: string, path: (at: number) => string): Promise<void> {
  const took: number[] = [];
  const others = new Map<number, number>();
  const asked: Promise<void>[] = [];
  const began = performance.now();
  for (let at = 0; at < perSecond * seconds; at += 1) {
    await pause(Math.max(0, began + (1000 * at) / perSecond - performance.now()));
    asked.push(ask(`${running.url}${path(at)}`, took, others));
  }
  await Promise.all(asked);
  took.sort((a, b) => a - b);
  const at = (part: number): string => (took[Math.floor(took.length * part)] ?? 0).toFixed(1);
  const refused = [...others].map(([status, count]) => `, ${count} answered ${status}`).join("");
  process.stdout.write(
    `${title}: p50 ${at(0.5)} ms, p99 ${at(0.99)} ms of ${took.length}${refused}\n`,
  );
}

async function ask(url: string, took: number[], others: Map<number, number>): Promise<void> {
  const began = performance.now();
  const answer = await fetch(url);
  await answer.arrayBuffer();
  if (answer.status === 200) {
    took.push(performance.now() - began);
  } else {
    others.set(answer.status, (others.get(answer.status) ?? 0) + 1);
  }
}

/** The first question about a wide table is the engine's; it has the table's newest rows read ahead, in a second or two. */
const first = performance.now();
await (await fetch(`${running.url}${wide(0)}`)).arrayBuffer();
process.stdout.write(
  `the first question about all columns: ${(performance.now() - first).toFixed(1)} ms\n`,
);
await pause(AHEAD_MS);
await measure("some columns of a market's year", some);
await measure("all columns of a market's year, asked for the first time", wide);
await measure("all columns of a market's year, asked again", wide);
await measure("a page of clean prices", narrow);
const began = performance.now();
const csv = await (
  await fetch(`${running.url}/fetch_data`, { headers: { accept: "text/csv" } })
).text();
process.stdout.write(
  `all ${csv.trimEnd().split("\n").length - 1} wide rows as CSV: ${((performance.now() - began) / 1000).toFixed(2)} s\n`,
);
