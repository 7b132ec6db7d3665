/** The gateway under bad clients: too much, too slow, too many, gone, and while it stops. */

import { gzipSync } from "node:zlib";
import { setTimeout as delay } from "node:timers/promises";
import { expect, test } from "vitest";
import { EVENTS, requestText, setUp, soon } from "./client.fixture.ts";

const KIB = 1024;

test("a body over the limit is refused by its length, before it is sent", async () => {
  await using door = await setUp({ limits: { bodyBytesMax: KIB } });
  using raw = await door.raw(requestText({ "Content-Length": "1025" }));
  expect(await raw.until(/}$/)).toMatch(/^HTTP\/1.1 413 [^]*BODY_TOO_LARGE/);
  expect(door.gateway.meter().inFlightBytes).toBe(0);
});

test("a body without a length is refused where it passes the limit", async () => {
  await using door = await setUp({ limits: { bodyBytesMax: KIB } });
  using raw = await door.raw(requestText({ "Transfer-Encoding": "chunked" }));
  raw.socket.write(`400\r\n${"a".repeat(KIB)}\r\n`);
  await soon(() => door.gateway.meter().inFlightBytes === KIB);
  raw.socket.write("1\r\na\r\n");
  expect(await raw.until(/}$/)).toMatch(/^HTTP\/1.1 413 /);
  expect(door.gateway.meter().inFlightBytes).toBe(0);
});

test("a gzip bomb stops at the limit, and holds nothing afterwards", async () => {
  await using door = await setUp({ limits: { bodyInflatedBytesMax: KIB * KIB } });
  const bomb = new Uint8Array(gzipSync(Buffer.alloc(64 * KIB * KIB)));
  expect(bomb.length).toBeLessThan(100 * KIB);
  const headers = { "content-type": "application/json", "content-encoding": "gzip" };
  const response = await door.post(bomb, headers);
  expect(response.status).toBe(413);
  expect(await response.json()).toMatchObject({ error: { bytesMax: KIB * KIB } });
  expect(door.gateway.meter().inFlightBytes).toBe(0);
  expect((await door.post("{}")).status).toBe(202);
});

test("over the bytes in flight: 429 at once, and room again when the first is answered", async () => {
  await using door = await setUp({ limits: { inFlightBytesMax: 100 } });
  using slow = await door.raw(requestText({ "Content-Length": "90" }, '{"a":1'));
  await soon(() => door.gateway.meter().inFlightBytes === 90);
  const refused = await door.post('{"a":"bcdefgh"}');
  expect([refused.status, refused.headers.get("retry-after")]).toEqual([429, "1"]);
  expect(await refused.json()).toMatchObject({ error: { code: "GATEWAY_BUSY", retry: true } });
  slow.socket.write(`}${" ".repeat(83)}`);
  expect(await slow.until(/}$/)).toMatch(/^HTTP\/1.1 202 /);
  expect((await door.post('{"a":"bcdefgh"}')).status).toBe(202);
  expect(door.gateway.meter()).toMatchObject({ refusedBusy: 1, inFlightBytes: 0 });
});

test("an upload that breaks off gives its bytes back and stores nothing", async () => {
  await using door = await setUp();
  for (const headers of [{}, { "Content-Encoding": "gzip" }]) {
    const raw = await door.raw(requestText({ "Content-Length": "1000", ...headers }, '{"a":1}'));
    await soon(() => door.gateway.meter().requests > 0);
    raw.socket.destroy();
  }
  await soon(() => door.gateway.meter().requests === 2);
  await soon(() => door.gateway.meter().inFlightBytes === 0);
  expect(door.appender.records).toEqual([]);
});

test("a client that leaves before its answer does no harm; its event is kept", async () => {
  await using door = await setUp();
  const gate = Promise.withResolvers<void>();
  door.appender.hold = gate.promise;
  const raw = await door.raw(requestText({ "Content-Length": "2" }, "{}"));
  await soon(() => door.gateway.meter().inFlightBytes === 2);
  raw.socket.destroy();
  gate.resolve();
  await soon(() => door.gateway.meter().inFlightBytes === 0);
  expect(door.appender.records).toEqual(["{}"]);
});

const QUICK = { headersMs: 100, requestMs: 200, sweepMs: 20 };

test("slow headers and slow bodies are cut off with 408", async () => {
  await using door = await setUp({ timeouts: QUICK });
  using head = await door.raw(`POST ${EVENTS} HTTP/1.1\r\nHost: 127.0.0.1\r\n`);
  using body = await door.raw(requestText({ "Content-Length": "1000" }, "{"));
  expect(await head.closed()).toMatch(/^HTTP\/1.1 408 [^]*REQUEST_TIMEOUT/);
  expect(await body.closed()).toMatch(/^HTTP\/1.1 408 [^]*REQUEST_TIMEOUT/);
  await soon(() => door.gateway.meter().inFlightBytes === 0);
});

test("a client that dawdles over a body already refused gets one answer, then the end", async () => {
  await using door = await setUp({ timeouts: QUICK, limits: { bodyBytesMax: 10 } });
  using raw = await door.raw(requestText({ "Content-Length": "1000" }, "{"));
  const text = await raw.closed();
  expect(text.match(/HTTP\/1.1 /g)).toHaveLength(1);
  expect(text).toMatch(/^HTTP\/1.1 413 /);
});

test("a client that does not read its answers is cut off, one that does is not", async () => {
  await using door = await setUp({ timeouts: { answerMs: 100 } });
  // Three answers of some megabytes: more than the kernel holds for a socket.
  const body = "{}\n".repeat(50_000);
  const type = { "Content-Type": "application/x-ndjson" };
  const text = requestText({ "Content-Length": String(body.length), ...type }, body).repeat(3);
  using reader = await door.raw(text);
  using sleeper = await door.raw(text);
  sleeper.socket.pause();
  await soon(
    () => (reader.text.match(/HTTP\/1.1 202/g)?.length ?? 0) === 3 && reader.text.endsWith("]}"),
  );
  await delay(500);
  sleeper.socket.resume();
  const got = await sleeper.closed();
  expect(got.length).toBeLessThan(reader.text.length);
  expect(reader.socket.destroyed).toBe(false);
});

test("idle connections are closed", async () => {
  await using door = await setUp({ timeouts: { idleMs: 50 } });
  using raw = await door.raw(requestText({ "Content-Length": "2" }, "{}"));
  expect(await raw.closed()).toMatch(/^HTTP\/1.1 202 /);
});

test("headers over the limit, and what is no HTTP", async () => {
  await using door = await setUp({ limits: { headerBytesMax: 2048 } });
  using large = await door.raw(requestText({ "X-Large": "x".repeat(4096) }));
  expect(await large.closed()).toMatch(/^HTTP\/1.1 431 [^]*HEADERS_TOO_LARGE/);
  using garbage = await door.raw("\u0016\u0003\u0001 hello\r\n\r\n");
  expect(await garbage.closed()).toMatch(/^HTTP\/1.1 400 [^]*REQUEST_INVALID/);
});

test.each([
  ["both kinds of length", "HTTP/1.1", "Content-Length: 2\r\nTransfer-Encoding: chunked"],
  ["two lengths", "HTTP/1.1", "Content-Length: 2\r\nContent-Length: 5"],
  ["a length twice", "HTTP/1.1", "Content-Length: 7, 7"],
  ["a length with a sign", "HTTP/1.1", "Content-Length: +7"],
  ["a coding that is not chunked", "HTTP/1.1", "Transfer-Encoding: xchunked"],
  ["chunked before another coding", "HTTP/1.1", "Transfer-Encoding: chunked, identity"],
  ["a space before the colon", "HTTP/1.1", "Transfer-Encoding : chunked"],
  ["a folded header", "HTTP/1.1", "X-Folded: a\r\n Transfer-Encoding: chunked"],
  ["bare line feeds", "HTTP/1.1", "X-Bare: a\nTransfer-Encoding: chunked"],
  ["chunks in HTTP/1.0", "HTTP/1.0", "Connection: keep-alive\r\nTransfer-Encoding: chunked"],
])(
  "a request whose end may be read in two ways is refused, and the connection ends: %s",
  async (_name, version, framing) => {
    await using door = await setUp();
    const head = `POST ${EVENTS} ${version}\r\nHost: 127.0.0.1\r\nContent-Type: application/json`;
    using raw = await door.raw(`${head}\r\n${framing}\r\n\r\n2\r\n{}\r\n0\r\n\r\n`);
    expect(await raw.closed()).toMatch(/^HTTP\/1.1 400 [^]*REQUEST_INVALID/);
    expect(door.appender.records).toEqual([]);
  },
);

test("pipelined requests are answered in order on one connection", async () => {
  await using door = await setUp();
  const one = requestText({ "Content-Length": "7", "X-Request-Id": "a" }, '{"n":1}');
  const two = requestText({ "Content-Length": "9", "X-Request-Id": "b" }, '{"bad":1}');
  const three = requestText({ "Content-Length": "7", "X-Request-Id": "c" }, '{"n":3}');
  using raw = await door.raw(one + two + three);
  const text = await raw.until(/X-Request-Id: c[^]*}$/);
  expect([...text.matchAll(/HTTP\/1.1 (\d+)/g)].map((match) => match[1])).toEqual([
    "202",
    "422",
    "202",
  ]);
  expect(text.indexOf("Id: a")).toBeLessThan(text.indexOf("Id: b"));
  expect(door.appender.records).toEqual(['{"n":1}', '{"n":3}']);
});

test("Expect: 100-continue is granted when the body is wanted, else refused at once", async () => {
  await using door = await setUp({ limits: { bodyBytesMax: 100 } });
  const expects = { Expect: "100-continue" };
  using wanted = await door.raw(requestText({ "Content-Length": "2", ...expects }));
  await wanted.until(/100 Continue\r\n\r\n/);
  wanted.socket.write("{}");
  expect(await wanted.until(/}$/)).toMatch(/^HTTP\/1.1 100 [^]*HTTP\/1.1 202 /);
  using unwanted = await door.raw(requestText({ "Content-Length": "101", ...expects }));
  expect(await unwanted.until(/}$/)).toMatch(/^HTTP\/1.1 413 /);
});

test("bodies in many pieces are put together, whatever their sizes", async () => {
  await using door = await setUp();
  const records = Array.from({ length: 3000 }, (_, i) => `{"n":${i},"pad":"${"é".repeat(20)}"}`);
  const body = Buffer.from(records.join("\n"));
  using raw = await door.raw(
    requestText({ "Transfer-Encoding": "chunked", "Content-Type": "application/x-ndjson" }),
  );
  for (let at = 0, size = 1; at < body.length; at += size, size = (size * 7) % 9973) {
    const piece = body.subarray(at, at + size);
    raw.socket.write(`${piece.length.toString(16)}\r\n`);
    raw.socket.write(piece);
    raw.socket.write("\r\n");
  }
  raw.socket.write("0\r\n\r\n");
  expect(await raw.until(/]}$/)).toMatch(/^HTTP\/1.1 202 /);
  expect(door.appender.records).toEqual(records);
});

test("stop answers what it holds, refuses what comes, and ends", async () => {
  const door = await setUp({ timeouts: { stopRestMs: 50 } });
  const gate = Promise.withResolvers<void>();
  door.appender.hold = gate.promise;
  using held = await door.raw(requestText({ "Content-Length": "2" }, "{}"));
  using late = await door.raw(requestText({ "Content-Length": "4" }, "{"));
  using endless = await door.raw("GET /endless HTTP/1.1\r\nHost: localhost\r\n\r\n");
  await endless.until(/begun/);
  await soon(() => door.gateway.meter().inFlightBytes === 6);
  const stopped = door.gateway.stop();
  late.socket.write("}  ");
  late.socket.write(requestText({ "Content-Length": "2" }, "{}"));
  await soon(() => door.gateway.meter().requests === 4);
  gate.resolve();
  expect(await held.closed()).toMatch(/^HTTP\/1.1 202 /);
  expect(await late.closed()).toMatch(/^HTTP\/1.1 202 [^]*HTTP\/1.1 503 [^]*GATEWAY_STOPPING/);
  await endless.closed();
  await stopped;
  expect(door.appender.records).toHaveLength(2);
  await expect(door.post("{}")).rejects.toThrow("fetch failed");
});

test("stop does not wait for ever", async () => {
  const door = await setUp({ timeouts: { stopMs: 50, stopRestMs: 0 } });
  using raw = await door.raw(requestText({ "Content-Length": "4" }, "{"));
  await soon(() => door.gateway.meter().inFlightBytes === 4);
  await door.gateway.stop();
  expect(await raw.closed()).toBe("");
});
