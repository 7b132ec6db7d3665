/** The read APIs over a running pipeline: pages to the end, whole answers, filters, what is refused and what is known. */

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { marketsFor, openGenerator, toWideRow } from "../../examples/food-market/generator.ts";
import { RunningPipeline } from "./running.ts";

const ROWS = 2000;
const made = openGenerator({ markets: marketsFor(ROWS), seed: 5n });
const running = new RunningPipeline("examples/food-market");

interface Envelope {
  readonly data: readonly Readonly<Record<string, string | number | null>>[];
  readonly next_cursor: string | null;
  readonly total?: number;
  readonly error?: { readonly code: string; readonly parameter?: string };
}

beforeAll(async () => {
  await running.start("--no-sources");
  const file = join(running.folder, "rows.csv");
  writeFileSync(file, made.csv(0, ROWS));
  running.cli("send", "prices", file);
  await running.drain();
});

afterAll(async () => {
  await running[Symbol.asyncDispose]();
});

function get(path: string, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(`${running.url}${path}`, { headers, signal: AbortSignal.timeout(60_000) });
}

async function json(path: string): Promise<Envelope> {
  return (await (await get(path)).json()) as Envelope;
}

/** All rows of a read API, page by page. */
async function all(path: string): Promise<Envelope["data"]> {
  const rows: Envelope["data"][number][] = [];
  let cursor: string | null = null;
  do {
    const more: string = cursor === null ? "" : `${path.includes("?") ? "&" : "?"}cursor=${cursor}`;
    const page = await json(`${path}${more}`);
    rows.push(...page.data);
    cursor = page.next_cursor;
  } while (cursor !== null);
  return rows;
}

test("every wide row is served once, page by page, as it was sent", async () => {
  const rows = await all("/fetch_data?limit=300");
  const served = new Set(rows.map((row) => JSON.stringify(row)));
  const sent = Array.from({ length: ROWS }, (_, at) => JSON.stringify(toWideRow(made.row(at))));
  expect(rows).toHaveLength(ROWS);
  expect(sent.filter((text) => !served.has(text)).length).toBe(0);
});

test("the whole answer streams as CSV and as NDJSON", async () => {
  const csv = await (await get("/fetch_data", { accept: "text/csv" })).text();
  const lines = csv.trimEnd().split("\n");
  expect(lines[0]).toBe(made.csv(0, 0).trimEnd());
  expect(lines).toHaveLength(ROWS + 1);
  const ndjson = await get("/fetch_data", { accept: "application/x-ndjson" });
  expect(ndjson.headers.get("content-type")).toBe("application/x-ndjson");
  expect((await ndjson.text()).trimEnd().split("\n")).toHaveLength(ROWS);
});

test("filters fit whatever case and spaces, and only what they name", async () => {
  const { country, market, year } = made.row(70);
  const asked = `country=${encodeURIComponent(`  ${country.toUpperCase()} `)}&market=${encodeURIComponent(market.toLowerCase())}`;
  const found = await all(`/fetch_data?year=${year}&${asked}`);
  const truth = Array.from({ length: ROWS }, (_, at) => made.row(at)).filter(
    (row) => row.country === country && row.market === market && row.year === year,
  );
  expect(found.length).toBe(truth.length);
  expect(found.length).toBeGreaterThan(0);
  expect(found.every((row) => row["country"] === country && row["mkt_name"] === market)).toBe(true);
  expect(await json("/fetch_data?country=Atlantis")).toEqual({ data: [], next_cursor: null });
});

test("SQL in a parameter is a value like any other", async () => {
  const text = encodeURIComponent("x' OR '1'='1");
  expect((await json(`/fetch_data?country=${text}`)).data).toEqual([]);
  expect((await json(`/v1/data/prices?country=${text}`)).data).toEqual([]);
  expect((await get(`/v1/data/${encodeURIComponent('prices" t')}`)).status).toBe(404);
  const columns = encodeURIComponent("country, 1) --");
  expect((await get(`/fetch_data?columns=${columns}`)).status).toBe(400);
});

test("lists name what is there, once each", async () => {
  const countries = await all("/countries?limit=7");
  const names = countries.map(({ country }) => String(country));
  const truth = new Set(Array.from({ length: ROWS }, (_, at) => made.row(at).country));
  expect(names).toEqual(names.toSorted((a, b) => (a < b ? -1 : 1)));
  expect(names.length).toBeGreaterThan(5);
  expect(names.every((name) => truth.has(name))).toBe(true);
  const items = await all("/items");
  expect(items.length).toBeGreaterThan(20);
  expect((await all("/items?group=INDEX")).map(({ item }) => item)).toEqual(["FOOD_PRICE_INDEX"]);
  expect((await all(`/markets?country=${names[0]?.toLowerCase()}`)).length).toBeGreaterThan(0);
});

test("every table is read: raw rows, models by key, views without one", async () => {
  const { tables } = (await (await get("/v1/data")).json()) as { tables: string[] };
  expect(tables).toEqual(
    expect.arrayContaining(["raw_prices", "prices", "freshness", "row_counts", "dead_letters"]),
  );
  for (const table of tables) {
    expect([table, (await get(`/v1/data/${table}?limit=1`)).status]).toEqual([table, 200]);
  }
  const total = Number(running.ask("select count(*) from freshness"));
  const rows = await all("/v1/data/freshness?limit=97");
  expect(new Set(rows.map((row) => JSON.stringify(row))).size).toBe(total);
  const counted = await json("/v1/data/prices?limit=1&total=true&columns=item,country");
  expect(counted.total).toBe(Number(running.ask("select count(*) from prices")));
  expect(Object.keys(counted.data[0] ?? {})).toEqual(["item", "country"]);
});

test.each([
  ["/fetch_data?year=soon", 400, "year"],
  ["/fetch_data?year=1", 400, "year"],
  ["/fetch_data?year=2010&year=2011", 400, "year"],
  ["/fetch_data?yaer=2010", 400, "yaer"],
  ["/fetch_data?limit=0", 400, "limit"],
  ["/fetch_data?limit=100000", 400, "limit"],
  ["/fetch_data?cursor=abc", 400, "cursor"],
  ["/items?group=NONE", 400, "group"],
  ["/v1/data/prices?date=2010-02-30", 400, "date"],
])("%s is answered %i for its %s", async (path, status, parameter) => {
  const answer = await get(path);
  expect(answer.status).toBe(status);
  expect(((await answer.json()) as Envelope).error).toMatchObject({ parameter });
});

test("a cursor is good for its own question only, and not once edited", async () => {
  const { next_cursor: cursor } = await json("/fetch_data?limit=2");
  const text = cursor ?? "";
  expect((await get(`/fetch_data?limit=2&cursor=${text}`)).status).toBe(200);
  expect((await get(`/fetch_data?year=2010&cursor=${text}`)).status).toBe(400);
  expect((await get(`/fetch_data?cursor=${text.slice(0, -2)}`)).status).toBe(400);
  expect((await get(`/v1/data/raw_prices?cursor=${text}`)).status).toBe(400);
});

test("what has not changed is not sent again, and what has is", async () => {
  const first = await get("/countries");
  const etag = first.headers.get("etag") ?? "";
  expect((await get("/countries", { "if-none-match": etag })).status).toBe(304);
  expect((await get("/countries?limit=1", { "if-none-match": etag })).status).toBe(200);
  await running.post("/v1/streams/prices/events", made.ndjson(0, 1));
  await running.drain();
  await expect
    .poll(async () => (await get("/countries", { "if-none-match": etag })).status)
    .toBe(200);
});

test("a type that nobody can make is refused, and a page says where the next begins", async () => {
  expect((await get("/fetch_data", { accept: "image/png" })).status).toBe(406);
  const page = await get("/fetch_data?limit=1", { accept: "text/csv, */*;q=0.1" });
  const next = /<([^>]+)>; rel="next"/.exec(page.headers.get("link") ?? "")?.[1] ?? "";
  expect((await page.text()).trimEnd().split("\n")).toHaveLength(2);
  expect((await (await get(next, { accept: "text/csv" })).text()).split("\n")).toHaveLength(3);
});
