/** What a client of HTTP/2 can hold open: no answer that it does not read, no body that it never ends, no flood of frames. */

import { once } from "node:events";
import { type ClientHttp2Session, connect } from "node:http2";
import { expect, onTestFinished, test } from "vitest";
import { systemClock } from "../../../base/clock.ts";
import { joinAccessKeys } from "../../../wire/auth/access-keys.ts";
import { openAuthority } from "../../../wire/auth/authority.ts";
import { setUp } from "../client.fixture.ts";
import type { GatewayTimeouts } from "../settings.ts";

const CALL = { ":method": "POST", ":path": "/", "x-amz-target": "Kinesis_20131202.ListShards" };
const PREFACE = Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
/** Frames by type and flags (RFC 9113, 6). */
const DATA = [0, 0] as const;
const HEADERS = [1, 4] as const;
const HEADERS_TO_GO_ON = [1, 0] as const;
const RESET = [3, 0] as const;
const SETTINGS = [4, 0] as const;
const PING = [6, 0] as const;
const CONTINUATION = [9, 0] as const;
const NONE = Buffer.alloc(0);

async function openSession(
  timeouts: Partial<GatewayTimeouts>,
  settings: object = {},
): Promise<ClientHttp2Session> {
  const authority = openAuthority({
    keys: joinAccessKeys([]),
    anonymous: true,
    clock: systemClock,
  });
  const door = await setUp({ timeouts, wire: { services: [], authority } });
  const session = connect(door.gateway.url, { settings });
  session.on("error", () => undefined);
  onTestFinished(async () => {
    session.destroy();
    await door[Symbol.asyncDispose]();
  });
  await once(session, "remoteSettings");
  return session;
}

test("a call is answered, and an idle connection ends", async () => {
  const session = await openSession({ idleMs: 200 });
  const stream = session.request(CALL).end();
  const [headers] = (await once(stream, "response")) as [Record<string, unknown>];
  expect(headers[":status"]).toBe(400);
  expect((await stream.setEncoding("utf8").toArray()).join("")).toContain("UnknownOperation");
  await once(session, "close");
});

test("who does not read an answer does not keep the connection", async () => {
  const session = await openSession({ idleMs: 200 }, { initialWindowSize: 0 });
  session
    .request(CALL)
    .on("error", () => undefined)
    .end();
  await once(session, "close");
  expect(session.destroyed).toBe(true);
});

test("a body that comes drop by drop is cut off in the time of a whole one", async () => {
  const session = await openSession({ requestMs: 300 });
  const stream = session.request(CALL, { endStream: false }).on("error", () => undefined);
  const dripping = setInterval(() => stream.write("x"), 20);
  onTestFinished(() => clearInterval(dripping));
  await once(stream, "close");
  expect(session.closed).toBe(false);
});

function frame(
  [type, flags]: readonly [number, number],
  stream: number,
  payload: Buffer = NONE,
): Buffer {
  const head = Buffer.alloc(9);
  head.writeUIntBE(payload.length, 0, 3);
  head.writeUInt8(type, 3);
  head.writeUInt8(flags, 4);
  head.writeUInt32BE(stream, 5);
  return Buffer.concat([head, payload]);
}

/** A header field as HPACK writes one without any table (RFC 7541, 6.2.2). */
function field(name: string, value: string): Buffer {
  const texts = [name, value].map((text) =>
    Buffer.concat([Buffer.from([text.length]), Buffer.from(text)]),
  );
  return Buffer.concat([Buffer.from([0]), ...texts]);
}

const fields = Buffer.concat([
  field(":method", "POST"),
  field(":scheme", "http"),
  field(":path", "/"),
  field(":authority", "127.0.0.1"),
]);

const FLOODS: Readonly<Record<string, (n: number) => Buffer>> = {
  "streams begun and reset at once": (n) =>
    Buffer.concat([
      frame(HEADERS, 2 * n + 1, fields),
      frame(RESET, 2 * n + 1, Buffer.from([0, 0, 0, 8])),
    ]),
  "headers without end": (n) =>
    n === 0 ? frame(HEADERS_TO_GO_ON, 1, fields) : frame(CONTINUATION, 1, field(`x${n}`, "y")),
  settings: () => frame(SETTINGS, 0, Buffer.from([0, 4, 0, 0, 64, 0])),
  pings: () => frame(PING, 0, Buffer.alloc(8)),
  "empty pieces of a body": (n) => (n === 0 ? frame(HEADERS, 1, fields) : frame(DATA, 1)),
  "more streams than are allowed": (n) => frame(HEADERS, 2 * n + 1, fields),
};

test.each(Object.entries(FLOODS))("a flood of %s ends the connection", async (_name, make) => {
  await using door = await setUp();
  using raw = await door.raw("");
  raw.socket.write(Buffer.concat([PREFACE, frame(SETTINGS, 0)]));
  for (let n = 0; !raw.socket.destroyed && n < 500_000; n += 1) {
    if (!raw.socket.write(make(n))) {
      const either = ["drain", "close"].map((event) => once(raw.socket, event));
      await Promise.race(either).catch(() => undefined);
    }
  }
  await raw.closed();
  // Others are answered as before.
  expect((await door.post("{}")).status).toBe(202);
});
