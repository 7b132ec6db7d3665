/** A source of files through its lives: each record once, wherever it was stopped and whatever happens to the files. */

import { createHash } from "node:crypto";
import {
  appendFileSync,
  chmodSync,
  mkdirSync,
  renameSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { z } from "zod";
import { defined } from "../../../base/assert.ts";
import { Fault } from "../../../base/faults.ts";
import type { FileSourceOptions } from "../../../define/sources/files.ts";
import { fileSource } from "../../../define/sources/files.ts";
import type { SourceStatus } from "../../../seams/status.ts";
import type { Sources } from "../open-sources.ts";
import { closeWorlds, openWorld, until, type World } from "../world.fixture.ts";

closeWorlds();

const schema = z.object({ place: z.string(), price: z.number().nullable() });

function filesWorld(options: Partial<FileSourceOptions> = {}): World {
  const source = fileSource({ stream: "prices", from: "in", settle: "0ms", ...options });
  const world = openWorld({
    name: "t",
    streams: { prices: { schema } },
    sources: { inbox: source },
  });
  mkdirSync(join(world.folder, "in"));
  return world;
}

/** Time of a file long ago, so that it is not waited for. */
const LONG_AGO = new Date("2020-01-01");

function put(world: World, name: string, text: string | Buffer): void {
  writeFileSync(join(world.folder, "in", name), text);
  touch(world, name, LONG_AGO);
}

function touch(world: World, name: string, at: Date): void {
  utimesSync(join(world.folder, "in", name), at, at);
}

function statusOf(sources: Sources): SourceStatus {
  return defined(sources.status()[0], "one source is defined");
}

async function untilDone(sources: Sources): Promise<SourceStatus> {
  await until(() => statusOf(sources).state === "done");
  return statusOf(sources);
}

function rows(from: number, to: number): string {
  return Array.from({ length: to - from }, (_none, n) => `Kumasi,${from + n}\n`).join("");
}

function pricesOf(world: World): number[] {
  return world.records.map((record) => (JSON.parse(record) as { price: number }).price);
}

function numbers(to: number): number[] {
  return Array.from({ length: to }, (_none, n) => n);
}

test("all files of a folder, each once; the next life brings what is new, changed or grown", async () => {
  const world = filesWorld();
  put(world, "a.csv", `place,price\n${rows(0, 3)}`);
  put(world, "b.ndjson.gz", gzipSync('{"place":"x","price":3}\n'));
  put(world, ".hidden.csv", "place,price\nx,99\n");
  put(world, "c.csv.part", "place,price\nx,98\n");
  const first = await untilDone(world.open());
  expect(pricesOf(world)).toEqual([0, 1, 2, 3]);
  expect(first).toMatchObject({ records: 4, trouble: undefined });
  await world.stop();

  expect(await untilDone(world.open())).toMatchObject({ records: 4 });
  await world.stop();

  put(world, "a.csv", `place,price\n${rows(0, 3)}`);
  touch(world, "a.csv", new Date("2021-01-01"));
  put(world, "d.csv", `place,price\n${rows(4, 6)}`);
  await untilDone(world.open());
  expect(pricesOf(world)).toEqual(numbers(6));
  await world.stop();

  appendFileSync(join(world.folder, "in", "a.csv"), rows(6, 8));
  await untilDone(world.open());
  expect(pricesOf(world)).toEqual(numbers(8));
  await world.stop();

  put(world, "a.csv", `place,price\n${rows(8, 10)}`);
  touch(world, "a.csv", new Date("2022-01-01"));
  await untilDone(world.open());
  expect(pricesOf(world)).toEqual(numbers(10));
});

test("another file of the same name, size and time is another file; one whose rights change is not", async () => {
  const world = filesWorld();
  put(world, "a.csv", `place,price\n${rows(0, 3)}`);
  await untilDone(world.open());
  await world.stop();
  chmodSync(join(world.folder, "in", "a.csv"), 0o600);
  expect(await untilDone(world.open())).toMatchObject({ records: 3 });
  await world.stop();
  // As archives unpack them, or copies that keep the time.
  put(world, "b.csv", `place,price\n${rows(3, 6)}`);
  renameSync(join(world.folder, "in", "b.csv"), join(world.folder, "in", "a.csv"));
  await untilDone(world.open());
  expect(pricesOf(world)).toEqual(numbers(6));
});

test("a file is read on from where it was when the life ended, and grows meanwhile", async () => {
  const world = filesWorld();
  put(world, "a.csv", `place,price\n${rows(0, 12_000)}`);
  const gate = Promise.withResolvers<void>();
  const sources = world.open();
  await until(() => statusOf(sources).records === 5000);
  world.holding = gate.promise;
  await until(() => statusOf(sources).records >= 5000 && world.log.frames.length >= 1);
  gate.resolve();
  await world.stop();
  const brought = statusOf(sources).records;
  world.holding = undefined;
  appendFileSync(join(world.folder, "in", "a.csv"), rows(12_000, 12_010));
  const next = await untilDone(world.open());
  // What was on its way when the life ended may come again; its ids are the same, so the door's window would know it.
  expect([...new Set(pricesOf(world))]).toEqual(numbers(12_010));
  expect(brought).toBeLessThan(12_000);
  expect(next.records).toBe(12_010);
});

test("bad rows are dead letters that name file and line, and their neighbours arrive", async () => {
  const world = filesWorld();
  put(world, "a.csv", "place,price\n#loc,#value\nx,1\nonly one cell\ny,much\nz,2\n");
  await untilDone(world.open());
  expect(pricesOf(world)).toEqual([1, 2]);
  expect(world.deadLetters.map(({ caller, raw_text: text }) => [caller, text])).toEqual([
    ["inbox: a.csv:4", "only one cell"],
    ["inbox: a.csv:5", "y,much"],
  ]);
});

test("a file that cannot be read is told, and keeps no other from being read", async () => {
  const world = filesWorld();
  put(world, "a.csv.gz", gzipSync(`place,price\n${rows(0, 20_000)}`).subarray(0, 20_000));
  put(world, "b.csv", "PK\u0003\u0004");
  put(world, "c.csv", "place,price\nx,-1\n");
  put(world, "d.csv", Buffer.from("place,price\nAbidján,-2\n", "latin1"));
  const status = await untilDone(world.open());
  const prices = pricesOf(world);
  expect(prices.slice(-2)).toEqual([-1, -2]);
  expect(prices.length).toBeGreaterThan(100);
  expect(world.records.at(-1)).toContain("Abidján");
  const said = defined(status.notes, "something was said").join("\n");
  expect(said).toContain("a.csv.gz: its packed data ends too early");
  expect(said).toContain("b.csv: it is a zip archive");
  expect(said).toContain("d.csv: read as Windows-1252");
  expect(status.trouble).toMatchObject({ code: "FILE_UNREADABLE" });
  await world.stop();
  await untilDone(world.open());
  expect(pricesOf(world)).toEqual(prices);
});

test("a watched folder: new files are found, and one that is still written is waited for", async () => {
  const world = filesWorld({ watch: "on", every: "2s", settle: "1s" });
  const sources = world.open();
  const looked = async (): Promise<void> => {
    await until(() => world.time.waits.length === 1);
    world.time.advance(2000);
  };
  await looked();
  put(world, "a.csv", "place,price\nx,0\n");
  touch(world, "a.csv", new Date(world.time.clock.now()));
  await looked();
  expect(world.records).toEqual([]);
  appendFileSync(join(world.folder, "in", "a.csv"), "x,1\n");
  const written = new Date(world.time.clock.now() - 900);
  touch(world, "a.csv", written);
  await looked();
  await looked();
  await until(() => world.records.length === 2);
  expect(pricesOf(world)).toEqual([0, 1]);
  await until(() => world.time.waits.length === 1);
  expect(statusOf(sources)).toMatchObject({ state: "running", lag: "0 files" });
});

test("a busy door is waited for, and nothing is lost or doubled by it", async () => {
  const world = filesWorld();
  put(world, "a.csv", `place,price\n${rows(0, 6000)}`);
  world.refuse.push(new Fault("GATEWAY_BUSY", { retryAfter: 1 }));
  const sources = world.open();
  await until(() => statusOf(sources).state === "waiting");
  world.time.advance(15_000);
  await untilDone(sources);
  expect(pricesOf(world)).toEqual(numbers(6000));
});

test("a place without files is a trouble that goes away by itself", async () => {
  const world = filesWorld({ from: "in/*.csv" });
  const sources = world.open();
  await until(() => statusOf(sources).state === "failed");
  expect(statusOf(sources).trouble?.code).toBe("SOURCE_PLACE_EMPTY");
  put(world, "a.csv", "place,price\nx,1\n");
  world.time.advance(300_000);
  await untilDone(sources);
  expect(pricesOf(world)).toEqual([1]);
});

test("a file at an address: whole or not at all, asked for by its ETag, with the environment's key", async () => {
  let text = "place,price\nx,1\n";
  const asked: (string | undefined)[] = [];
  let cut = true;
  const answer = (request: IncomingMessage, response: ServerResponse): void => {
    const etag = `"${createHash("sha256").update(text).digest("hex")}"`;
    asked.push(request.headers["if-none-match"]);
    if (request.headers["x-key"] !== "from-the-environment") {
      response.writeHead(403).end();
    } else if (cut) {
      cut = false;
      response.writeHead(200, { "content-length": 1000 }).write("place,pri");
      response.destroy();
    } else if (request.headers["if-none-match"] === etag) {
      response.writeHead(304).end();
    } else {
      response.writeHead(200, { etag }).end(text);
    }
  };
  const server = createServer(answer).listen(0, "127.0.0.1");
  await new Promise((listening) => {
    server.once("listening", listening);
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/prices.csv`;
  const world = filesWorld({ from: url, headers: { "x-key": "env:PRICES_KEY" } });
  const missing = world.open();
  await until(() => statusOf(missing).state === "failed");
  expect(statusOf(missing).trouble?.code).toBe("SOURCE_VARIABLE_MISSING");
  await world.stop();
  world.env = { PRICES_KEY: "from-the-environment" };
  const sources = world.open();
  await until(() => statusOf(sources).state === "failed");
  expect(statusOf(sources).trouble).toMatchObject({ code: "SOURCE_REFUSED" });
  world.time.advance(300_000);
  await untilDone(sources);
  await world.stop();
  await untilDone(world.open());
  await world.stop();
  expect(pricesOf(world)).toEqual([1]);
  expect(asked.at(-1)).toMatch(/^"[0-9a-f]{64}"$/);
  text = "place,price\nx,2\n";
  await untilDone(world.open());
  expect(pricesOf(world)).toEqual([1, 2]);
  server.close();
});
