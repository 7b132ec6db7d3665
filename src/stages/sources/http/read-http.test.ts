/** APIs as they are: paged four ways, busy, failing, double-encoded, unchanged; each record comes once. */

import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, test } from "vitest";
import { z } from "zod";
import { defined } from "../../../base/assert.ts";
import { httpSource, type HttpSourceOptions } from "../../../define/sources/http.ts";
import type { SourceStatus } from "../../../seams/status.ts";
import type { Sources } from "../open-sources.ts";
import { closeWorlds, openWorld, until, type World } from "../world.fixture.ts";
import { parseAnswer } from "./parse.ts";

closeWorlds();
const servers: Server[] = [];
afterEach(() => {
  servers.splice(0).forEach((server) => {
    server.closeAllConnections();
    server.close();
  });
});

type Answer = (url: URL, response: ServerResponse, request: IncomingMessage) => void;

interface Api {
  readonly url: string;
  readonly asked: string[];
}

async function api(answer: Answer): Promise<Api> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? "/", "http://127.0.0.1");
    asked.push(url.pathname + url.search);
    answer(url, response, request);
  });
  servers.push(server);
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/data`, asked };
}

function pull(options: Omit<HttpSourceOptions, "stream">): World {
  const source = httpSource({ stream: "numbers", perSecond: 1000, ...options });
  const schema = z.object({ n: z.int() });
  return openWorld({ name: "t", streams: { numbers: { schema } }, sources: { api: source } });
}

function statusOf(sources: Sources): SourceStatus {
  return defined(sources.status()[0], "one source is defined");
}

/** Held time moves whenever somebody waits, as often as needed. */
async function untilState(world: World, sources: Sources, state: string): Promise<void> {
  await until(() => {
    if (statusOf(sources).state !== state) {
      world.time.advance(world.time.waits[0] ?? 0);
    }
    return statusOf(sources).state === state;
  });
}

async function all(world: World): Promise<number[]> {
  await untilState(world, world.open(), "done");
  return numbersOf(world);
}

function numbersOf(world: World): number[] {
  return world.records.map((record) => (JSON.parse(record) as { n: number }).n);
}

const records = [0, 1, 2, 3, 4, 5, 6].map((n) => ({ n }));
const whole = records.map(({ n }) => n);

test("a cursor is followed to its end, with the environment's key, and the page that failed is asked for again", async () => {
  let failures = 2;
  const { url, asked } = await api(({ searchParams }, response, request) => {
    if (request.headers.authorization !== "Bearer s3cret") {
      response.writeHead(401).end("who are you?");
    } else if (searchParams.get("cursor") === "3" && (failures -= 1) >= 0) {
      response.writeHead(503, { "retry-after": "7" }).end();
    } else {
      const from = Number(searchParams.get("cursor") ?? 0);
      const next = from + 3 < records.length ? String(from + 3) : null;
      const data = records.slice(from, from + 3);
      response.setHeader("content-type", "application/json");
      response.end(JSON.stringify({ data, next_cursor: next }));
    }
  });
  const paging = { by: "cursor", at: "next_cursor", parameter: "cursor" } as const;
  const world = pull({
    url,
    records: "data",
    paging,
    headers: { authorization: "Bearer env:KEY" },
  });
  world.env = { KEY: "wrong" };
  const refused = world.open();
  await until(() => statusOf(refused).state === "failed");
  expect(statusOf(refused).trouble?.message).toContain("it answers 401: who are you?");
  expect(JSON.stringify(statusOf(refused))).not.toContain("wrong");
  await world.stop();
  world.env = { KEY: "s3cret" };
  expect(await all(world)).toEqual(whole);
  expect(asked.filter((one) => one.includes("cursor=3"))).toHaveLength(3);
  await world.stop();
  const before = asked.length;
  expect(await all(world)).toEqual(whole);
  expect(asked).toHaveLength(before);
});

test("offsets, whether the answer tells the next one, wrongly ends early, or tells nothing", async () => {
  for (const tells of [true, false]) {
    const { url } = await api(({ searchParams }, response) => {
      const [from, limit] = [searchParams.get("offset"), searchParams.get("limit")].map(Number) as [
        number,
        number,
      ];
      const data = records.slice(from, from + limit);
      // The second page is full and says that there is none after it.
      const next = tells && from === 0 ? from + limit : null;
      response.end(JSON.stringify({ data, next_offset: next }));
    });
    const paging = {
      by: "offset",
      parameter: "offset",
      limitParameter: "limit",
      limit: 2,
    } as const;
    const world = pull({ url, records: "data", paging: { ...paging, at: "next_offset" } });
    expect(await all(world)).toEqual(whole);
  }
});

test("pages by number end with an empty one, or with an error behind the last", async () => {
  for (const last of ["[]", '{"error":"No data found"}']) {
    const { url } = await api(({ searchParams }, response) => {
      const page = Number(searchParams.get("page"));
      const found = records.slice((page - 1) * 3, page * 3);
      response.end(found.length === 0 ? last : JSON.stringify(found));
    });
    expect(await all(pull({ url, paging: { by: "page", parameter: "page" } }))).toEqual(whole);
  }
});

test("links lead on, and a page goes on after a restart where it was", async () => {
  const { url, asked } = await api(({ searchParams }, response) => {
    const from = Number(searchParams.get("from") ?? 0);
    if (from + 2 < records.length) {
      response.setHeader("link", `</data?from=${from + 2}>; rel="next"`);
    }
    response.end(JSON.stringify(records.slice(from, from + 2)));
  });
  const world = pull({ url, paging: { by: "link" } });
  const gate = Promise.withResolvers<void>();
  const first = world.open();
  await until(() => {
    if (statusOf(first).records === 4) {
      world.holding = gate.promise;
    } else {
      world.time.advance(world.time.waits[0] ?? 0);
    }
    return statusOf(first).records >= 4;
  });
  const stopping = world.stop();
  gate.resolve();
  await stopping;
  world.holding = undefined;
  expect([...new Set(await all(world))]).toEqual(whole);
  expect(asked.filter((one) => one === "/data")).toHaveLength(1);
});

test("JSON inside of JSON, an error with status 200, and what is no JSON", async () => {
  let body = JSON.stringify(JSON.stringify(records));
  const { url } = await api((_url, response) => void response.end(body));
  expect(await all(pull({ url }))).toEqual(whole);
  for (const [answer, says] of [
    ['{"error":"No data found for the filters"}', "it says: No data found for the filters"],
    ["<html>", "it is no JSON"],
    ["null", "it is null"],
  ] as const) {
    body = answer;
    const world = pull({ url });
    const sources = world.open();
    await until(() => statusOf(sources).state === "failed");
    expect(statusOf(sources).trouble).toMatchObject({ code: "SOURCE_REFUSED" });
    expect(statusOf(sources).trouble?.message).toContain(says);
  }
});

test("a server that leads in circles, leads elsewhere in the open, or talks without end is told", async () => {
  const { url, asked } = await api(({ searchParams }, response) => {
    const to = searchParams.get("to");
    if (to === null) {
      const talking = setInterval(() => response.write("x".repeat(100_000)), 1);
      response.on("close", () => clearInterval(talking));
    } else {
      response.writeHead(302, { location: to }).end();
    }
  });
  for (const [path, says] of [
    ["?to=", "it leads in circles"],
    [`?to=${encodeURIComponent("http://localhost:1/")}`, "which is not https"],
    ["", "more than 1.0 MiB"],
  ] as const) {
    const sources = pull({ url: `${url}${path}`, answer: "1MiB" }).open();
    await until(() => statusOf(sources).state === "failed");
    expect(statusOf(sources).trouble?.message).toContain(says);
  }
  // Five redirects at most, and no more tries where none can help.
  expect(asked.length).toBeLessThan(10);
});

test("on a schedule: an answer that has not changed is asked for by its ETag and brings nothing", async () => {
  let [n, etag] = [1, '"a"'];
  const seen: (string | undefined)[] = [];
  const { url } = await api((_url, response, request) => {
    seen.push(request.headers["if-none-match"]);
    const same = request.headers["if-none-match"] === etag;
    response.writeHead(same ? 304 : 200, { etag }).end(same ? undefined : `[{"n":${n}}]`);
  });
  const world = pull({ url, every: "1h" });
  world.open();
  const pulls = async (count: number): Promise<void> =>
    await until(() => {
      if (seen.length < count) {
        world.time.advance(world.time.waits[0] ?? 0);
      }
      return seen.length >= count && world.time.waits.length > 0;
    });
  await pulls(2);
  expect(numbersOf(world)).toEqual([1]);
  [n, etag] = [2, '"b"'];
  await pulls(3);
  await until(() => numbersOf(world).length === 2);
  expect(numbersOf(world)).toEqual([1, 2]);
  expect(seen.slice(0, 3)).toEqual([undefined, '"a"', '"a"']);
});

test("a clock that is set back by hours makes no pull wait for more than its time", async () => {
  let asked = 0;
  const { url } = await api((_url, response) => {
    asked += 1;
    response.end(`[{"n":${asked}}]`);
  });
  const world = pull({ url, every: "1h", perSecond: 1 });
  world.open();
  await until(() => asked === 1 && world.time.waits.length > 0);
  await world.stop();
  world.time.advance(-6 * 3_600_000);
  world.open();
  await until(() => world.time.waits.length > 0);
  expect(world.time.waits[0]).toBeLessThanOrEqual(3_600_000);
  await until(() => {
    world.time.advance(asked < 2 ? (world.time.waits[0] ?? 0) : 0);
    return numbersOf(world).length === 2;
  });
});

test("CSV and NDJSON by their types; a bad record names its page and place", async () => {
  for (const [type, body] of [
    ["text/csv", "n\n1\nx\n3\n"],
    ["application/x-ndjson", '{"n":1}\n{"n":"x"}\n{"n":3}\n'],
  ] as const) {
    const { url } = await api((_url, response) => {
      response.writeHead(200, { "content-type": type }).end(body);
    });
    const world = pull({ url });
    expect(await all(world)).toEqual([1, 3]);
    expect(world.deadLetters.map(({ caller }) => caller)).toEqual(["api: page 1 record 2"]);
  }
});

test("numbers keep their digits", () => {
  const text = '{"d":[{"big":12345678901234567890,"price":1.10,"e":1e3}]}';
  const { records: found } = parseAnswer(text, ["d"]);
  expect(JSON.stringify(found)).toBe('[{"big":12345678901234567890,"price":1.10,"e":1e3}]');
});
