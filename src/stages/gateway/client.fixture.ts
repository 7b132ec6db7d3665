/** A gateway in memory on a free port, and raw sockets to talk to it as no library would. */

import type { IncomingMessage, ServerResponse } from "node:http";
import { connect, type Socket } from "node:net";
import { once } from "node:events";
import { type Gateway, openGateway } from "./gateway.ts";
import { MemoryAppender, memoryChecker, NOW } from "./door.fixture.ts";
import { openIngest } from "./ingest.ts";
import type { GatewayOptions } from "./settings.ts";

export interface Setup extends AsyncDisposable {
  readonly gateway: Gateway;
  readonly appender: MemoryAppender;
  readonly deadLetters: MemoryAppender;
  post(body: string | Uint8Array<ArrayBuffer>, headers?: Record<string, string>): Promise<Response>;
  raw(text: string): Promise<Raw>;
}

export const EVENTS = "/v1/streams/prices/events";

export async function setUp(more: Partial<GatewayOptions> = {}): Promise<Setup> {
  const appender = new MemoryAppender();
  const deadLetters = new MemoryAppender();
  let ids = 0;
  const newId = (): string => `n${(ids += 1)}`;
  const streams = new Map([["prices", { checker: memoryChecker, appender }]]);
  const ingest = openIngest({ streams, deadLetters, clock: { now: () => NOW }, newId });
  const gateway = await openGateway({
    host: "127.0.0.1",
    port: 0,
    ingest,
    streams: ["prices"],
    rest: answerRest,
    newId,
    ...more,
  });
  return {
    gateway,
    appender,
    deadLetters,
    post: (body, headers = { "content-type": "application/json" }) =>
      fetch(`${gateway.url}${EVENTS}`, { method: "POST", body, headers }),
    raw: (text) => openRaw(gateway.port, text),
    [Symbol.asyncDispose]: () => gateway.stop(),
  };
}

function answerRest(request: IncomingMessage, response: ServerResponse): void {
  response.writeHead(200, { "content-type": "text/plain" });
  if (request.url === "/endless") {
    response.write("begun");
  } else {
    response.end(`rest ${request.method} ${request.url}`);
  }
}

/** A socket whose received text can be waited for. */
class Raw implements Disposable {
  readonly socket: Socket;
  text = "";

  constructor(socket: Socket) {
    this.socket = socket;
    socket.on("data", (chunk) => {
      this.text += chunk.toString("utf8");
    });
    socket.on("error", () => undefined);
  }

  /** Resolves with all text once `pattern` is in it, or the connection ended. */
  async until(pattern: RegExp): Promise<string> {
    while (!pattern.test(this.text) && !this.socket.destroyed && !this.socket.readableEnded) {
      await Promise.race([once(this.socket, "data"), once(this.socket, "close")]);
    }
    return this.text;
  }

  async closed(): Promise<string> {
    if (!this.socket.destroyed) {
      await once(this.socket, "close");
    }
    return this.text;
  }

  [Symbol.dispose](): void {
    this.socket.destroy();
  }
}

async function openRaw(port: number, text: string): Promise<Raw> {
  const socket = connect({ port, host: "127.0.0.1", noDelay: true });
  const raw = new Raw(socket);
  await once(socket, "connect");
  socket.write(text);
  return raw;
}

/** A request as text; a Host of this machine unless told. */
export function requestText(headers: Record<string, string>, body = ""): string {
  const all = { Host: "127.0.0.1", "Content-Type": "application/json", ...headers };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}`);
  return [`POST ${EVENTS} HTTP/1.1`, ...lines, "", body].join("\r\n");
}

/** Waits until `holds`, looking again at each turn of the loop. */
export async function soon(holds: () => boolean): Promise<void> {
  while (!holds()) {
    await new Promise((resolve) => setImmediate(resolve));
  }
}
