/** Sources that read from other machines' software: a bucket, and the read API of another Millrace. */

import { gzipSync } from "node:zlib";
import { afterAll, expect, it } from "vitest";
import { z } from "zod";
import { openGenerator } from "../../examples/food-market/generator.ts";
import { priceRow } from "../../examples/food-market/schema.ts";
import { fileSource, httpSource } from "../../src/index.ts";
import { until, World } from "../../src/stages/sources/world.fixture.ts";
import { BUCKET, remotePlace } from "../s3/place.ts";
import { startS3Server } from "../s3/server.ts";
import { RunningPipeline } from "./running.ts";

const worlds: World[] = [];

afterAll(async () => {
  await Promise.all(worlds.map((world) => world.close()));
});

/** Lives until its one source is done; time moves whenever somebody waits. */
async function live(world: World): Promise<void> {
  worlds.push(world);
  const sources = world.open();
  await until(() => {
    world.time.advance(world.time.waits[0] ?? 0);
    return sources.status()[0]?.state === "done";
  });
  await world.stop();
}

/** What tells a row of prices from all others. */
function keyOf(text: string): string {
  const { country, mkt_name, year, month, c_rice } = JSON.parse(text) as Record<string, unknown>;
  return JSON.stringify([country, mkt_name, year, month, c_rice ?? null]);
}

it("objects under a prefix, over several pages of a listing, each once, and again when one changes", async () => {
  await using server = await startS3Server();
  remotePlace(server.url, "", "");
  const put = async (key: string, body: string | Buffer): Promise<void> => {
    const sent = await fetch(`${server.url}/${BUCKET}/${key}`, {
      method: "PUT",
      body: typeof body === "string" ? body : new Uint8Array(body),
    });
    expect(sent.status).toBe(200);
  };
  for (let n = 0; n < 10; n += 1) {
    await put(`prices/day ${n}.csv.gz`, gzipSync(`place,price\nKumasi,${n}\n`));
  }
  await put("other/x.csv", "place,price\nx,99\n");
  const from = `s3://${BUCKET}/prices/?endpoint=${server.url}&region=us-east-1`;
  const schema = z.object({ place: z.string(), price: z.number() });
  const world = new World({
    name: "t",
    streams: { prices: { schema } },
    sources: { bucket: fileSource({ stream: "prices", from }) },
  });
  const prices = (): number[] =>
    world.records.map((record) => (JSON.parse(record) as { price: number }).price);
  await live(world);
  expect(prices()).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  await live(world);
  expect(prices()).toHaveLength(10);
  await put("prices/day 3.csv.gz", gzipSync("place,price\nKumasi,42\n"));
  await live(world);
  expect(prices().slice(10)).toEqual([42]);
});

it("the read API of another Millrace, page by page", async () => {
  await using other = new RunningPipeline("examples/food-market");
  await other.start("--no-sources");
  const made = openGenerator({ markets: 8 });
  const rows = 450;
  expect(await other.post("/v1/streams/prices/events", made.ndjson(0, rows))).toMatchObject({
    status: 202,
  });
  await other.drain();
  const source = httpSource({
    stream: "prices",
    url: `${other.url}/fetch_data`,
    records: "data",
    paging: { by: "cursor", at: "next_cursor", parameter: "cursor" },
  });
  const world = new World({
    name: "t",
    streams: { prices: { schema: priceRow } },
    sources: { fetched: source },
  });
  await live(world);
  expect(world.deadLetters).toEqual([]);
  const sent = made.ndjson(0, rows).trim().split("\n");
  expect(world.records.map(keyOf).toSorted()).toEqual(sent.map(keyOf).toSorted());
});
