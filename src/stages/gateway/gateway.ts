/** The HTTP server: who may ask, which route answers, what is counted, and how it stops. */

import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Http2ServerRequest, Http2ServerResponse } from "node:http2";
import type { AddressInfo, Socket } from "node:net";
import { assert } from "../../base/assert.ts";
import { causeOf, Fault, toFault } from "../../base/faults.ts";
import { LIMITS } from "../../base/limits.ts";
import { isLoopback } from "../../base/loopback.ts";
import type { GatewayMeter } from "../../seams/meter.ts";
import { isWireCall, type WireMeans } from "../../wire/answer-call.ts";
import { openHttp2, type Http2Door } from "./aws/http2-door.ts";
import { answerWire } from "./aws/wire-route.ts";
import { BufferPool } from "./body/buffer-pool.ts";
import { ByteBudget } from "./body/budget.ts";
import { answerEvents, type EventsRoute, openMatcher, type Outcome } from "./events-route.ts";
import type { CountedIngest } from "./ingest.ts";
import { type Callers, openCallers } from "./origin.ts";
import { requestIdOf } from "./request-id.ts";
import { answeredEarly, rawFault, sendFault } from "./respond.ts";

interface GatewayTimeouts {
  /** From a connection's first byte to the end of the request's headers. */
  readonly headersMs: number;
  /** From the same to the end of its body: a slow sender is cut off with 408. */
  readonly requestMs: number;
  /** How long a kept-alive connection may be silent between requests. */
  readonly idleMs: number;
  /** How long a client may leave its answer unread. */
  readonly answerMs: number;
  /** How often headers and bodies are looked at. */
  readonly sweepMs: number;
  /** How long stop waits for events being taken in, and for other answers in progress. */
  readonly stopMs: number;
  readonly stopRestMs: number;
}

const GATEWAY_TIMEOUTS: GatewayTimeouts = {
  headersMs: 10_000,
  requestMs: 60_000,
  idleMs: 60_000,
  answerMs: 30_000,
  sweepMs: 1000,
  stopMs: 10_000,
  stopRestMs: 1000,
};

interface GatewayLimits {
  readonly bodyBytesMax: number;
  readonly bodyInflatedBytesMax: number;
  readonly inFlightBytesMax: number;
  readonly connectionsMax: number;
  readonly headerBytesMax: number;
}

const GATEWAY_LIMITS: GatewayLimits = {
  bodyBytesMax: LIMITS.bodyBytesMax,
  bodyInflatedBytesMax: LIMITS.bodyInflatedBytesMax,
  inFlightBytesMax: LIMITS.inFlightBytesMax,
  connectionsMax: 4096,
  headerBytesMax: 16_384,
};

export interface GatewayOptions {
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
  readonly ingest: CountedIngest;
  /** Names of the streams that clients may post to. */
  readonly streams: readonly string[];
  /** Answers everything but the events route; X-Request-Id is set already. */
  readonly rest: (request: IncomingMessage, response: ServerResponse) => unknown;
  /** The AWS services that answer on this port; undefined when there are none. */
  readonly wire?: WireMeans | undefined;
  /** A new unique text each time: letters of digits, letters, - and _. */
  readonly newId: () => string;
  /** Allows a host other machines can reach, without any key. */
  readonly insecureHost?: boolean | undefined;
  readonly limits?: Partial<GatewayLimits> | undefined;
  readonly timeouts?: Partial<GatewayTimeouts> | undefined;
}

const IDLE_BUFFERS_BYTES_MAX = 33_554_432;

/** Listens when resolved. Throws HOST_REFUSED and PORT_TAKEN. */
export async function openGateway(options: GatewayOptions): Promise<Gateway> {
  const { host, port } = options;
  if (!isLoopback(host) && options.insecureHost !== true) {
    throw new Fault("HOST_REFUSED", { host });
  }
  const gateway = new Gateway(options);
  await gateway.listen(host, port);
  return gateway;
}

export class Gateway implements AsyncDisposable {
  readonly #options: GatewayOptions;
  readonly #timeouts: GatewayTimeouts;
  readonly #limits: GatewayLimits;
  readonly #server: Server;
  readonly #http2: Http2Door;
  /** Ends the answers that would go on by themselves. */
  readonly #ending = new AbortController();
  readonly #budget: ByteBudget;
  readonly #route: EventsRoute;
  readonly #callers: Callers;
  readonly #match: (url: string) => string | undefined;
  readonly #count = { requests: 0, refusedBusy: 0 };
  readonly #active = { events: 0, rest: 0 };
  readonly #onQuiet = new Set<() => void>();
  #port = 0;
  #stopping: Promise<void> | undefined;

  constructor(options: GatewayOptions) {
    this.#options = options;
    this.#timeouts = { ...GATEWAY_TIMEOUTS, ...options.timeouts };
    this.#limits = { ...GATEWAY_LIMITS, ...options.limits };
    this.#budget = new ByteBudget(this.#limits.inFlightBytesMax);
    this.#callers = openCallers(options.host);
    this.#match = openMatcher(options.streams);
    const pool = new BufferPool(IDLE_BUFFERS_BYTES_MAX);
    this.#route = {
      ingest: options.ingest,
      streams: new Set(options.streams),
      body: { budget: this.#budget, pool, ...this.#limits },
    };
    this.#server = this.#createServer();
    this.#http2 = openHttp2(this.#server, {
      firstBytesMs: this.#timeouts.headersMs,
      requestMs: this.#timeouts.requestMs,
      idleMs: this.#timeouts.idleMs,
      answer: (request, response) => this.#answerHttp2(request, response),
    });
  }

  /** Resolves once connections are taken. */
  async listen(host: string, port: number): Promise<void> {
    const server = this.#server;
    await new Promise<void>((resolve, reject) => {
      const fail = (thrown: NodeJS.ErrnoException): void => {
        const taken = thrown.code === "EADDRINUSE";
        const code = taken ? "PORT_TAKEN" : "INTERNAL";
        reject(new Fault(code, { host, port, cause: causeOf(thrown) }, thrown));
      };
      server.once("error", fail);
      server.listen({ host, port, backlog: 1024 }, () => {
        server.removeListener("error", fail);
        this.#port = (server.address() as AddressInfo).port;
        resolve();
      });
    });
  }

  get port(): number {
    return this.#port;
  }

  /** Where a client on this machine finds the gateway. */
  get url(): string {
    const { host } = this.#options;
    const shown = host.includes(":") && !host.startsWith("[") ? `[${host}]` : host;
    return `http://${shown}:${this.port}`;
  }

  meter(): GatewayMeter {
    const inFlightBytes = this.#budget.held;
    return { ...this.#options.ingest.counts(), ...this.#count, inFlightBytes };
  }

  /** Takes no more requests, answers those it has, each kind within its time, and closes every connection. */
  stop(): Promise<void> {
    this.#stopping ??= this.#stop();
    return this.#stopping;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  async #stop(): Promise<void> {
    const closed = new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
    });
    const { stopMs, stopRestMs } = this.#timeouts;
    this.#ending.abort();
    this.#http2.close();
    await this.#quiet(() => this.#active.events === 0, stopMs);
    await this.#quiet(() => this.#active.rest === 0, stopRestMs);
    this.#server.closeAllConnections();
    this.#http2.destroy();
    await closed;
  }

  /** Resolves once `isQuiet`, at the latest after `ms`. */
  async #quiet(isQuiet: () => boolean, ms: number): Promise<void> {
    if (isQuiet()) {
      return;
    }
    await new Promise<void>((resolve) => {
      const look = (): void => {
        if (isQuiet()) {
          finish();
        }
      };
      const finish = (): void => {
        clearTimeout(timer);
        this.#onQuiet.delete(look);
        resolve();
      };
      const timer = setTimeout(finish, ms);
      this.#onQuiet.add(look);
    });
  }

  #createServer(): Server {
    const { headersMs, requestMs, idleMs, sweepMs } = this.#timeouts;
    const server = createServer({
      headersTimeout: Math.min(headersMs, requestMs),
      requestTimeout: requestMs,
      keepAliveTimeout: idleMs,
      connectionsCheckingInterval: sweepMs,
      maxHeaderSize: this.#limits.headerBytesMax,
      noDelay: true,
    });
    server.maxConnections = this.#limits.connectionsMax;
    server.on("request", (request, response) => this.#answer(request, response, false));
    server.on("checkContinue", (request, response) => this.#answer(request, response, true));
    server.on("clientError", (thrown, socket) => this.#refuse(thrown, socket as Socket));
    return server;
  }

  #answer(request: IncomingMessage, response: ServerResponse, expectsContinue: boolean): void {
    this.#count.requests += 1;
    const requestId = requestIdOf(request, this.#options.newId);
    // Without a listener a connection that breaks while an answer is written would end the process.
    response.on("error", ignore);
    try {
      this.#callers.admit(request.headers.host, request.headers.origin);
      if (this.#stopping !== undefined) {
        throw new Fault("GATEWAY_STOPPING");
      }
    } catch (thrown) {
      sendFault(response, thrown, { requestId });
      return;
    }
    const stream = this.#match(request.url ?? "/");
    if (stream === undefined && this.#options.wire !== undefined && isWireCall(request.headers)) {
      if (expectsContinue) {
        response.writeContinue();
      }
      this.#answerWire(request, response);
      return;
    }
    if (stream === undefined) {
      this.#answerRest(request, response, { requestId, expectsContinue });
      return;
    }
    const visit = { request, response, requestId, stream, expectsContinue };
    this.#active.events += 1;
    void answerEvents(visit, this.#route).then((outcome) => this.#endVisit(response, outcome));
  }

  /** Over HTTP/2 only the AWS services answer: their SDKs speak it, browsers and curl do not on a plain line. */
  #answerHttp2(request: Http2ServerRequest, response: Http2ServerResponse): void {
    this.#count.requests += 1;
    response.on("error", ignore);
    const { headers } = request;
    const refuse = (thrown: unknown): void => {
      const fault = toFault(thrown, "INTERNAL");
      const body = JSON.stringify(fault.toBody());
      response.writeHead(fault.row.status, { "Content-Type": "application/json" });
      response.end(body);
    };
    try {
      this.#callers.admit(request.authority, headers.origin);
      if (this.#stopping !== undefined) {
        throw new Fault("GATEWAY_STOPPING");
      }
      if (this.#options.wire === undefined || !isWireCall(headers)) {
        const cause = "over HTTP/2 only the AWS services answer here; use HTTP/1.1";
        throw new Fault("REQUEST_INVALID", { cause });
      }
    } catch (thrown) {
      refuse(thrown);
      return;
    }
    this.#answerWire(request, response);
  }

  #answerWire(
    request: IncomingMessage | Http2ServerRequest,
    response: ServerResponse | Http2ServerResponse,
  ): void {
    const { wire } = this.#options;
    assert(wire !== undefined, "a call of a service comes only where there are services");
    this.#active.events += 1;
    const route = { means: wire, body: this.#route.body, stopping: this.#ending.signal };
    void answerWire({ request, response }, route).then((outcome) => this.#endCall(outcome));
  }

  #endCall(outcome: Outcome): void {
    this.#active.events -= 1;
    this.#count.refusedBusy += outcome === "busy" ? 1 : 0;
    this.#look();
  }

  #endVisit(response: ServerResponse, outcome: Outcome): void {
    this.#endCall(outcome);
    if (response.writableLength > 0) {
      // The kernel did not take it all; node sets the time-out anew when it has.
      response.socket?.setTimeout(this.#timeouts.answerMs);
    }
  }

  #answerRest(
    request: IncomingMessage,
    response: ServerResponse,
    { requestId, expectsContinue }: { requestId: string; expectsContinue: boolean },
  ): void {
    this.#active.rest += 1;
    response.on("close", () => {
      this.#active.rest -= 1;
      this.#look();
    });
    response.setHeader("X-Request-Id", requestId);
    if (expectsContinue) {
      response.writeContinue();
    }
    const fail = (thrown: unknown): void => {
      if (response.headersSent) {
        response.destroy();
      } else {
        sendFault(response, thrown, { requestId });
      }
    };
    try {
      Promise.resolve(this.#options.rest(request, response)).catch(fail);
    } catch (thrown) {
      fail(thrown);
    }
  }

  #look(): void {
    for (const look of this.#onQuiet) {
      look();
    }
  }

  /** Node could not parse a request, or it came too slowly: there is no response object to answer with. */
  #refuse(thrown: NodeJS.ErrnoException, socket: Socket): void {
    if (thrown.code === "ECONNRESET" || !socket.writable || answeredEarly.has(socket)) {
      socket.destroy();
      return;
    }
    const fault = refusal(thrown, this.#limits.headerBytesMax);
    socket.end(rawFault(fault, this.#options.newId()), () => socket.destroy());
  }
}

function ignore(): void {
  // The client is gone; what it sent is accepted or not regardless of whether it hears so.
}

function refusal(thrown: NodeJS.ErrnoException, headerBytesMax: number): Fault {
  if (thrown.code === "ERR_HTTP_REQUEST_TIMEOUT") {
    return new Fault("REQUEST_TIMEOUT");
  }
  if (thrown.code === "HPE_HEADER_OVERFLOW") {
    return new Fault("HEADERS_TOO_LARGE", { bytesMax: headerBytesMax });
  }
  return new Fault("REQUEST_INVALID", { cause: causeOf(thrown) }, thrown);
}
