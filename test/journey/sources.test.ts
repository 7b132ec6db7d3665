/** Published files through the whole pipeline: many layouts, one table; vintages; killed while reading; kept in balance. */

import { appendFileSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { pause, RunningPipeline } from "./running.ts";
import {
  type IndexTruth,
  type MarketTruth,
  writeIndex,
  writeMarket,
} from "./sources-pipeline/look-alikes.ts";

const running = new RunningPipeline("test/journey/sources-pipeline");
let market: MarketTruth;
let index: IndexTruth;

beforeAll(async () => {
  const folder = join(running.folder, "files");
  mkdirSync(folder);
  process.env["TEST_FILES"] = folder;
  market = writeMarket(folder);
  index = writeIndex(folder);
  // Killed as early as it answers: whatever it was doing is done again, and not twice.
  await running.start();
  await running.kill();
  await running.start();
  await untilDone();
  await running.drain();
});

afterAll(async () => {
  await running[Symbol.asyncDispose]();
});

async function untilDone(): Promise<void> {
  for (let turn = 0; turn < 600; turn += 1) {
    const { sources } = await running.status();
    if (sources.every(({ state }) => state === "done")) {
      return;
    }
    await pause(100);
  }
  throw new TypeError(JSON.stringify((await running.status()).sources));
}

it("one feed in two layouts and two kinds of dates is one table, each row once, with what the newest file says", async () => {
  const [raw] = await running.rows(`select count(*) as rows, count(distinct _event_id) as ids,
    count(distinct unit) as units, count(market_id) > 0 as grown,
    count(*) filter (date like '#%') as tags from raw_market`);
  const { rows, units } = market;
  expect(raw).toEqual({ rows, ids: rows, units, grown: true, tags: 0 });
  const [clean] =
    await running.rows(`select count(*) as keys, count(distinct currency) as currencies,
    count(*) filter (is_forecast) as forecasts, count(date) as dated from market_prices`);
  // The newest file knows by then what the older ones forecast.
  expect(clean).toEqual({ keys: market.keys, currencies: 2, forecasts: 0, dated: market.keys });
  const flagged = "select count(*) as n from raw_market where priceflag = 'forecast' and price = 0";
  expect(await running.rows(flagged)).toEqual([{ n: market.forecasts }]);
});

it("a later vintage revises an earlier one, and both are kept", async () => {
  expect(running.ask("select count(*) from index_latest")).toBe(String(index.newer));
  const [compared] = await running.rows(`select count(*) filter (closes > 1) as revised,
    count(*) filter (closes <> 1) as unequal from (
      select ISO3, date, count(distinct Close) as closes from raw_index group by ISO3, date)`);
  // Two empty cells are no revision, but where nothing equals an empty cell, as in pandas, they count as unequal.
  expect(compared).toEqual({ revised: index.revised, unequal: index.revised + index.unpriced });
  const newest = `select count(*) from index_latest as latest where not exists (select 1 from raw_index as raw
    where raw.ISO3 = latest.iso3 and raw.date = latest.date and raw.Open is not distinct from latest.open)`;
  expect(running.ask(newest)).toBe("0");
});

it("a restart brings nothing again, a grown file its new rows, and the books balance", async () => {
  await running.stop();
  const row = '9,9,9,9,,"Land 1","BXX","2030-01-01"\nno row\n';
  appendFileSync(join(running.folder, "files", "WLD_2025.csv"), row);
  await running.start();
  await untilDone();
  await running.drain();
  expect(running.ask("select count(*) from raw_market")).toBe(String(market.rows));
  expect(running.ask("select count(*) from index_latest")).toBe(String(index.newer + 1));
  const [letter] = await running.rows("select caller, raw_text from dead_letters");
  expect(letter).toEqual({ caller: `index: WLD_2025.csv:${index.newer + 3}`, raw_text: "no row" });
  const verified = running.cli("verify");
  expect(verified.out).toContain("BALANCED");
  expect(running.cli("status").out).toContain("WLD_2025.csv");
});
