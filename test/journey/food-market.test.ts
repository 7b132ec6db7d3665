/** The main job on made-up data: every price value for value, sent twice and revised, stopped and asked while nothing runs. */

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { marketsFor, openGenerator } from "../../examples/food-market/generator.ts";
import { RunningPipeline } from "./running.ts";
import { PRICES_SQL, Truth, type WideRow } from "./truth.ts";

const ROWS = 3000;
const made = openGenerator({ markets: marketsFor(ROWS), seed: 77n });
const truth = new Truth();
const running = new RunningPipeline("examples/food-market");

/** Without regard to order: equal when the same prices are there. */
const FINGERPRINT = `select count(*) || ' ' || bit_xor(hash(country, market, date, item, open, high, low, close,
  inflation, trust, quality, _event_id)) from prices`;
const UNBALANCED =
  "select count(*) from row_counts where rows_out <> inserted + updated + duplicates + set_aside";

beforeAll(async () => {
  await running.start("--no-sources");
});

afterAll(async () => {
  await running[Symbol.asyncDispose]();
});

function writeRows(name: string, from: number, to: number): string {
  const file = join(running.folder, name);
  writeFileSync(file, gzipSync(made.csv(from, to)));
  return file;
}

function rowsOf(from: number, to: number): ReturnType<typeof made.row>[] {
  return Array.from({ length: to - from }, (_, place) => made.row(from + place));
}

/** Sends files and waits until all of them are in the model. */
function send(...files: string[]): void {
  const sent = running.cli("send", "prices", ...files, "--json");
  expect(sent).toMatchObject({ code: 0, err: "" });
  const drained = running.cli("drain");
  expect(drained).toMatchObject({ code: 0, err: "" });
}

function expectBalanced(...flags: string[]): void {
  const { code, out, err } = running.cli("verify", ...flags);
  expect(`${out}${err}`).toContain("BALANCED");
  expect(`${out}${err}`).not.toContain("UNVERIFIED");
  expect(code).toBe(0);
}

describe("3,000 wide rows, later years first", () => {
  it("arrive as raw rows, and as prices value for value", async () => {
    const [later, earlier] = [
      writeRows("later.csv.gz", 1500, ROWS),
      writeRows("earlier.csv.gz", 0, 1500),
    ];
    send(later);
    send(earlier);
    truth.take(rowsOf(0, ROWS));
    expect(running.ask("select count(*) from raw_prices")).toBe(String(ROWS));
    expect(truth.differences(await running.rows(PRICES_SQL))).toEqual([]);
    expect(running.ask("select count(*) from prices")).toBe(String(truth.size));
    const years = await running.rows(
      "select year(date) as y, count(*) as n from prices group by y order by y",
    );
    expect(years.map(({ y }) => y)).toEqual(Array.from({ length: 16 }, (_, n) => 2007 + n));
  });

  it("are counted: each row the model made was inserted, updated, a duplicate or set aside", async () => {
    expect(running.ask(UNBALANCED)).toBe("0");
    const [sums] = await running.rows(
      "select sum(rows_in) as taken, sum(rows_out) as made, sum(inserted) as inserted, sum(updated) as updated from row_counts where model = 'prices'",
    );
    const { made: count, size } = truth;
    expect(sums).toEqual({ taken: ROWS, made: count, inserted: size, updated: 0 });
    expectBalanced();
    expectBalanced("--deep");
  });

  it("sent again change no price, and are counted as duplicates", async () => {
    const before = running.ask(FINGERPRINT);
    send(join(running.folder, "earlier.csv.gz"), join(running.folder, "later.csv.gz"));
    expect(running.ask(FINGERPRINT)).toBe(before);
    expect(running.ask("select count(*) from raw_prices")).toBe(String(2 * ROWS));
    const duplicates = "select sum(duplicates) from row_counts where model = 'prices'";
    expect(running.ask(duplicates)).toBe(String(truth.size));
    expect(running.ask(UNBALANCED)).toBe("0");
    expectBalanced("--deep");
  });

  it("are revised by a later row of the same key, and by nothing else", async () => {
    const old = JSON.parse(made.ndjson(2000, 2001)) as WideRow;
    const prices = Object.keys(old).filter((name) => name.startsWith("c_"));
    expect(prices.length).toBeGreaterThan(1);
    const news = { ...old, [prices[0] ?? ""]: 123_456.75, [prices[1] ?? ""]: null };
    const file = join(running.folder, "news.json");
    writeFileSync(file, JSON.stringify(news));
    send(file);
    truth.takeWide(news);
    expect(truth.differences(await running.rows(PRICES_SQL))).toEqual([]);
    expect(running.ask("select sum(updated) from row_counts where model = 'prices'")).toBe("2");
    expectBalanced();
  });
});

describe("the pipeline's data folder", () => {
  it("cannot be started on twice, and is locked to others while it is in use", () => {
    const again = [
      "start",
      running.pipeline,
      "--data",
      running.data,
      "--port",
      "0",
      "--no-sources",
    ];
    const second = running.alone(...again, "--json");
    expect(second.code).toBe(4);
    expect(second.err).toContain("DATA_LOCKED");
    expect(second.err).toContain(String(running.pid));
  });

  it("is found by --data while the pipeline runs", () => {
    const count = running.alone("query", "--csv", "select 1 as one", "--data", running.data);
    expect(count).toEqual({ code: 0, out: "one\n1\n", err: "" });
  });

  it("keeps everything through SIGTERM in the middle of a send", async () => {
    const files = Array.from({ length: 12 }, () => join(running.folder, "later.csv.gz"));
    const sent = running.cliAlongside("send", "prices", ...files);
    expect(await acceptedAbove(2 * ROWS + 1)).toBe(true);
    expect(await running.stop()).toBe(0);
    expect(running.log).toContain("Stopped cleanly");
    // The sender knows nothing of the stop and waits for the next life.
    await running.start("--no-sources");
    expect(await sent).toMatchObject({ code: 0 });
    await running.drain();
    const raw = Number(running.ask("select count(*) from raw_prices"));
    expect(raw).toBeGreaterThan(2 * ROWS + files.length * 1500);
    // The revised row was accepted again as it had been: the newest word counts.
    truth.take(rowsOf(1500, ROWS));
    expect(truth.differences(await running.rows(PRICES_SQL))).toEqual([]);
    expectBalanced("--deep");
  });

  it("answers query and verify while nothing runs", async () => {
    const [raw, prices] = ["raw_prices", "prices"].map((table) =>
      running.ask(`select count(*) from ${table}`),
    );
    expect(await running.stop()).toBe(0);
    const at = ["--data", running.data];
    const counted = running.alone("query", "--csv", "select count(*) as n from raw_prices", ...at);
    expect(counted).toEqual({ code: 0, out: `n\n${raw}\n`, err: "" });
    const json = running.alone("query", "--json", "select count(*) as n from prices", ...at);
    expect(JSON.parse(json.out)).toEqual([{ n: Number(prices) }]);
    for (const flags of [[], ["--deep"]]) {
      const closed = running.alone("verify", ...at, ...flags);
      expect(closed.out).toContain("BALANCED");
      expect(closed.code).toBe(0);
    }
  });

  it("refuses another pipeline, and is as it was afterwards", async () => {
    const other = join(import.meta.dirname, "held-pipeline");
    const started = running.alone("start", other, "--data", running.data, "--port", "0", "--json");
    expect(started.code).toBe(4);
    expect(started.err).toContain("DATA_FOREIGN");
    await running.start("--no-sources");
    expect(truth.differences(await running.rows(PRICES_SQL))).toEqual([]);
    expectBalanced();
  });
});

/** Whether the gateway says within ten seconds that it accepted more than so many. */
async function acceptedAbove(count: number): Promise<boolean> {
  const until = Date.now() + 10_000;
  while (Date.now() < until) {
    const { streams } = await running.status();
    const accepted = streams[0]?.stream.records ?? 0;
    if (accepted > count) {
      return true;
    }
  }
  return false;
}
