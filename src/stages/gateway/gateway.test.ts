/** The gateway over real sockets: every status, and what the answers say. */

import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { Fault } from "../../base/faults.ts";
import { EVENTS, requestText, type Setup, setUp, soon } from "./client.fixture.ts";

const JSON_TYPE = { "content-type": "application/json" };
const NDJSON_TYPE = { "content-type": "application/x-ndjson" };

function bytes(text: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Buffer.from(text));
}

function throwUnknown(): never {
  throw new Fault("EVENT_UNKNOWN", { id: "x" });
}

async function codeOf(response: Response): Promise<[number, string]> {
  const { error } = (await response.json()) as { error: { code: string } };
  return [response.status, error.code];
}

test("one object: 202 with its receipt", async () => {
  await using door = await setUp();
  const response = await door.post('{"town":"Zürich 🎉"}');
  expect(response.status).toBe(202);
  expect(response.headers.get("content-type")).toBe("application/json");
  expect(response.headers.get("x-request-id")).toBe("n1");
  expect(await response.json()).toEqual({
    shard: 0,
    sequence: 1,
    id: "prices.0.1",
    stream: "prices",
    status: "accepted",
    accepted_at: "2026-11-21T10:00:00.123Z",
  });
  expect(door.appender.records).toEqual(['{"town":"Zürich 🎉"}']);
});

test("one bad object: 422 with reasons and the dead letter", async () => {
  await using door = await setUp();
  const response = await door.post('{"bad":1}', { ...JSON_TYPE, "x-request-id": "mine-1" });
  expect(response.status).toBe(422);
  expect(response.headers.get("x-request-id")).toBe("mine-1");
  const { error } = (await response.json()) as { error: Record<string, unknown> };
  expect(error).toMatchObject({
    code: "RECORD_REJECTED",
    message: "The record was set aside: bad must not be there",
    retry: false,
    dead_letter: "n1.0",
    reasons: [{ code: "FIELD_VALUE", path: "/bad", message: "bad must not be there" }],
  });
  expect(door.deadLetters.records).toHaveLength(1);
});

test("batches: 202, 207 and 422, each record in the request's order", async () => {
  await using door = await setUp();
  const good = await door.post('[{"a":1}]');
  expect([good.status, await good.json()]).toMatchObject([
    202,
    { count: 1, records: [{ status: "accepted", id: "prices.0.1" }] },
  ]);
  const mixed = await door.post('{"bad":1}\n\n{"a":2}\nx\n', NDJSON_TYPE);
  expect(mixed.status).toBe(207);
  expect(await mixed.json()).toMatchObject({
    stream: "prices",
    count: 3,
    accepted: 1,
    rejected: 2,
    accepted_at: "2026-11-21T10:00:00.123Z",
    records: [
      { status: "rejected", dead_letter: "n3.0", reasons: [{ code: "FIELD_VALUE" }] },
      { status: "accepted", id: "prices.0.2" },
      { status: "rejected", dead_letter: "n3.2", reasons: [{ code: "NOT_JSON" }] },
    ],
  });
  const none = await door.post("h\nx\ny\n", { "content-type": "text/csv; charset=UTF-8" });
  expect([none.status, await none.json()]).toMatchObject([422, { count: 2, accepted: 0 }]);
});

test("Prefer: return=minimal lists the rejected only", async () => {
  await using door = await setUp();
  const headers = { ...NDJSON_TYPE, prefer: "respond-async, return=minimal" };
  const response = await door.post('{"a":1}\nx', headers);
  expect(response.headers.get("preference-applied")).toBe("return=minimal");
  const { records } = (await response.json()) as { records: unknown[] };
  expect(records).toMatchObject([{ member: 1, status: "rejected", dead_letter: "n2.1" }]);
});

test("a body without a type is told by its bytes", async () => {
  await using door = await setUp();
  const pretty = await door.post(bytes('{\n "a": 1\n}'), {});
  expect(pretty.status).toBe(202);
  const lines = await door.post(bytes('{"a":1}\r\n{"a":2}'), {});
  expect(await lines.json()).toMatchObject({ count: 2, accepted: 2 });
});

test("empty bodies, wrong types and codings, unknown streams", async () => {
  await using door = await setUp();
  expect(await codeOf(await door.post(""))).toEqual([400, "BODY_EMPTY"]);
  expect(await codeOf(await door.post(" \n\n", NDJSON_TYPE))).toEqual([400, "BODY_EMPTY"]);
  expect(await codeOf(await door.post("[]"))).toEqual([400, "BODY_EMPTY"]);
  const form = { "content-type": "application/x-www-form-urlencoded" };
  expect(await codeOf(await door.post("{}", form))).toEqual([415, "MEDIA_TYPE_UNSUPPORTED"]);
  const latin = { "content-type": "application/json; charset=latin1" };
  expect(await codeOf(await door.post("{}", latin))).toEqual([415, "MEDIA_TYPE_UNSUPPORTED"]);
  const brotli = { ...JSON_TYPE, "content-encoding": "br" };
  expect(await codeOf(await door.post("{}", brotli))).toEqual([415, "ENCODING_UNSUPPORTED"]);
  const url = `${door.gateway.url}/v1/streams/nope/events`;
  const unknown = await fetch(url, { method: "POST", body: "{}", headers: JSON_TYPE });
  expect(await codeOf(unknown)).toEqual([404, "STREAM_UNKNOWN"]);
});

test("other methods, other routes", async () => {
  await using door = await setUp();
  const url = `${door.gateway.url}${EVENTS}`;
  const got = await fetch(url);
  expect(got.headers.get("allow")).toBe("POST, OPTIONS");
  expect(await codeOf(got)).toEqual([405, "METHOD_NOT_ALLOWED"]);
  expect((await fetch(url, { method: "HEAD" })).status).toBe(405);
  const options = await fetch(url, { method: "OPTIONS" });
  expect([options.status, options.headers.get("allow")]).toEqual([204, "POST, OPTIONS"]);
  const rest = await fetch(`${door.gateway.url}/v1/status?x=1`);
  expect(await rest.text()).toBe("rest GET /v1/status?x=1");
  expect(rest.headers.get("x-request-id")).toBe("n4");
  const withQuery = await fetch(`${url}/?x=1`, { method: "POST", body: "{}", headers: JSON_TYPE });
  expect(withQuery.status).toBe(202);
});

test("a listener that throws is an INTERNAL fault, not a dead process", async () => {
  await using door = await setUp({ rest: throwUnknown });
  expect(await codeOf(await fetch(door.gateway.url))).toEqual([404, "EVENT_UNKNOWN"]);
  await using other = await setUp({ rest: async () => await Promise.reject(new TypeError("no")) });
  expect(await codeOf(await fetch(other.gateway.url))).toEqual([500, "INTERNAL"]);
});

test("what the stream says is passed on: 429 and 503 with Retry-After", async () => {
  await using door = await setUp();
  door.appender.fail = new Fault("STREAM_BUSY", { stream: "prices", bytes: 9 });
  const busy = await door.post("{}");
  expect(busy.headers.get("retry-after")).toBe("1");
  expect(await codeOf(busy)).toEqual([429, "STREAM_BUSY"]);
  door.appender.fail = new Fault("STREAM_WRITE_FAILED", { stream: "prices", cause: "full" });
  const failed = await door.post("{}");
  expect(failed.headers.get("retry-after")).toBe("1");
  expect(await codeOf(failed)).toEqual([503, "STREAM_WRITE_FAILED"]);
  expect(door.gateway.meter()).toMatchObject({ requests: 2, accepted: 0, refusedBusy: 1 });
});

test("gzip is inflated; broken or cut short is 400", async () => {
  await using door = await setUp();
  const headers = { ...NDJSON_TYPE, "content-encoding": "gzip" };
  const body = new Uint8Array(gzipSync('{"a":1}\n'.repeat(20_000)));
  const response = await door.post(body, { ...headers, prefer: "return=minimal" });
  expect(await response.json()).toMatchObject({ count: 20_000, accepted: 20_000 });
  expect(await codeOf(await door.post(body.slice(0, -9), headers))).toEqual([
    400,
    "BODY_UNREADABLE",
  ]);
  expect(await codeOf(await door.post("{}", headers))).toEqual([400, "BODY_UNREADABLE"]);
  expect(await codeOf(await door.post("", headers))).toEqual([400, "BODY_EMPTY"]);
  await soon(() => door.gateway.meter().inFlightBytes === 0);
});

test("the meter counts what came in", async () => {
  await using door = await setUp();
  await door.post("{}");
  await door.post('{"bad":1}\n{"a":1}', NDJSON_TYPE);
  const meter = door.gateway.meter();
  expect(meter).toEqual({
    duplicates: 0,
    requests: 2,
    accepted: 2,
    rejected: 1,
    refusedBusy: 0,
    bytes: 19,
    inFlightBytes: 0,
  });
});

test("pages of other sites are refused, programs and the own page are not", async () => {
  await using door = await setUp();
  const { port } = door.gateway;
  const ask = async (headers: Record<string, string>): Promise<string> => {
    using raw = await door.raw(requestText({ "Content-Length": "2", ...headers }, "{}"));
    return (await raw.until(/}$/)).slice(9, 12);
  };
  expect(await ask({ Host: `evil.example:${port}` })).toBe("403");
  expect(await ask({ Host: `127.0.0.1.evil.example:${port}` })).toBe("403");
  expect(await ask({ Host: `localhost:${port}`, Origin: "https://evil.example" })).toBe("403");
  expect(await ask({ Host: `localhost:${port}`, Origin: "null" })).toBe("403");
  expect(await ask({ Host: `localhost:${port}`, Origin: `http://127.0.0.1:${port}` })).toBe("403");
  expect(await ask({ Host: `localhost:${port}`, Origin: `http://localhost:${port}` })).toBe("202");
  expect(await ask({ Host: `[::1]:${port}` })).toBe("202");
  expect(await ask({ Host: "127.0.0.1" })).toBe("202");
});

test("a host that others can reach must be asked for, a taken port is named", async () => {
  await expect(setUp({ host: "0.0.0.0" })).rejects.toMatchObject({ code: "HOST_REFUSED" });
  await using open: Setup = await setUp({ host: "0.0.0.0", insecureHost: true });
  using raw = await open.raw(requestText({ Host: "a.example", "Content-Length": "2" }, "{}"));
  expect(await raw.until(/}$/)).toMatch(/^HTTP\/1.1 202 /);
  const { port } = open.gateway;
  await expect(setUp({ host: "0.0.0.0", insecureHost: true, port })).rejects.toMatchObject({
    code: "PORT_TAKEN",
  });
});
