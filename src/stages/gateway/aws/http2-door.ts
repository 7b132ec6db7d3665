/** HTTP/2 with prior knowledge on the port of an HTTP/1.1 server: told apart by a connection's first bytes. */

import type { Server } from "node:http";
import {
  constants,
  createServer,
  type Http2ServerRequest,
  type Http2ServerResponse,
  type ServerHttp2Session,
} from "node:http2";
import type { Socket } from "node:net";

export interface Http2Options {
  /** How long a connection may be silent before its first bytes. */
  readonly firstBytesMs: number;
  /** How long a request may take to be there whole. */
  readonly requestMs: number;
  /** How long a connection may be silent; as long again for answers under way. */
  readonly idleMs: number;
  readonly answer: (request: Http2ServerRequest, response: Http2ServerResponse) => void;
}

export interface Http2Door {
  /** Takes no more requests; those under way go on. */
  close(): void;
  /** Ends every connection. */
  destroy(): void;
}

/** No HTTP/1.1 method begins like this; the whole preface is `PRI * HTTP/2.0`. */
const PREFACE = Buffer.from("PRI");
const STREAMS_MAX = 100;
const SESSION_MEMORY_MIB = 64;

type Listener = (this: Server, socket: Socket) => void;

/**
 * Puts itself before the server's own handling of new connections. It looks at each connection once, at its first
 * bytes: a request on an open connection never comes by here.
 */
export function openHttp2(server: Server, options: Http2Options): Http2Door {
  const sessions = new Set<ServerHttp2Session>();
  /**
   * Connections that the server does not know. A session that was asked to close waits for its client, so that only
   * the end of its connection ends it for sure.
   */
  const sockets = new Set<Socket>();
  const http2 = createServer({
    settings: { maxConcurrentStreams: STREAMS_MAX, initialWindowSize: 1_048_576 },
    maxSessionMemory: SESSION_MEMORY_MIB,
  });
  http2.on("session", (session) => {
    sessions.add(session);
    endIdle(session, options.idleMs);
    session.on("close", () => sessions.delete(session));
    session.on("error", () => session.destroy());
  });
  http2.on("request", (request, response) => {
    endSlow(request, options.requestMs);
    options.answer(request, response);
  });
  const handlers = server.listeners("connection") as Listener[];
  server.removeAllListeners("connection");
  server.on("connection", (socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    peek(socket, options.firstBytesMs, (first) => {
      if (PREFACE.equals(first.subarray(0, PREFACE.length))) {
        socket.pause();
        socket.unshift(first);
        http2.emit("connection", socket);
        return;
      }
      sockets.delete(socket); // From here on the server knows it.
      for (const handler of handlers) {
        handler.call(server, socket);
      }
      // What was read by us reaches the parser the way its own reads do.
      socket.emit("data", first);
    });
  });
  return {
    close: () => {
      for (const session of sessions) {
        session.close();
      }
    },
    destroy: () => {
      for (const socket of sockets) {
        socket.destroy();
      }
    },
  };
}

/** A session that is asked to close ends its requests first: one whose answer nobody reads would keep it for ever. */
function endIdle(session: ServerHttp2Session, ms: number): void {
  let cut: NodeJS.Timeout | undefined;
  session.setTimeout(ms, () => {
    cut ??= setTimeout(() => session.destroy(), ms);
    session.close();
  });
  session.on("close", () => clearTimeout(cut));
}

/** However the bytes of a body drip, it is there whole in `ms`. */
function endSlow(request: Http2ServerRequest, ms: number): void {
  const { stream } = request;
  const cut = setTimeout(() => {
    if (!request.complete) {
      stream.close(constants.NGHTTP2_CANCEL);
    }
  }, ms);
  stream.once("close", () => clearTimeout(cut));
}

/** Hands over a connection with its first bytes, as soon as they tell what it speaks. */
function peek(socket: Socket, ms: number, then: (first: Buffer) => void): void {
  let seen: Buffer | undefined;
  const give = (): void => {
    socket.destroy();
  };
  const take = (chunk: Buffer): void => {
    const first = seen === undefined ? chunk : Buffer.concat([seen, chunk]);
    if (first.length < PREFACE.length && PREFACE.subarray(0, first.length).equals(first)) {
      seen = first;
      return;
    }
    socket.off("data", take);
    socket.off("error", give);
    socket.off("end", give);
    socket.setTimeout(0);
    socket.off("timeout", give);
    then(first);
  };
  socket.on("error", give);
  socket.on("end", give);
  socket.on("timeout", give);
  socket.setTimeout(ms);
  socket.on("data", take);
}
