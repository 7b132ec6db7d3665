/** The HTTP server: who may ask, which route answers, what is counted, and how it stops. */

import {
  createServer,
  type IncomingMessage,
  type Server,
  type ServerOptions,
  type ServerResponse,
} from "node:http";
import type { Http2ServerRequest, Http2ServerResponse } from "node:http2";
import type { AddressInfo, Socket } from "node:net";
import { assert } from "../../base/assert.ts";
import { causeOf, Fault, toFault } from "../../base/faults.ts";
import { isLoopback } from "../../base/loopback.ts";
import type { Admission, Caller } from "../../seams/caller.ts";
import type { GatewayMeter } from "../../seams/meter.ts";
import { isWireCall } from "../../wire/answer-call.ts";
import { LOCAL } from "./auth/callers.ts";
import { openTlsServer, type TlsServer } from "./auth/tls.ts";
import { openHttp2, type Http2Door } from "./aws/http2-door.ts";
import { answerWire } from "./aws/wire-route.ts";
import { BufferPool } from "./body/buffer-pool.ts";
import { ByteBudget } from "./body/budget.ts";
import {
  answerEvents,
  type EventsRoute,
  openMatcher,
  type Outcome,
  type Target,
} from "./events-route.ts";
import { type Callers, openCallers, PREFLIGHT } from "./origin.ts";
import { requestIdOf } from "./request-id.ts";
import { answeredEarly, dress, rawFault, sendFault, toRefusal } from "./respond.ts";
import {
  GATEWAY_LIMITS,
  GATEWAY_TIMEOUTS,
  type GatewayLimits,
  type GatewayOptions,
  type GatewayTimeouts,
} from "./settings.ts";

const IDLE_BUFFERS_BYTES_MAX = 33_554_432;
/** Addresses to listen on that are none to ask: on this machine, this one reaches them. */
const ANYWHERE: Readonly<Record<string, string>> = { "0.0.0.0": "127.0.0.1", "::": "::1" };

/** Listens when resolved. Throws HOST_REFUSED and PORT_TAKEN. */
export async function openGateway(options: GatewayOptions): Promise<Gateway> {
  const { host, port } = options;
  const open = options.doorman?.required !== true;
  if (!isLoopback(host) && open && options.insecureHost !== true) {
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
  /** Undefined on a port of TLS, where HTTP/2 is agreed upon otherwise. */
  readonly #http2: Http2Door | undefined;
  readonly #tls: TlsServer | undefined;
  /** Ends the answers that would go on by themselves. */
  readonly #calls = new Set<AbortController>();
  readonly #budget: ByteBudget;
  readonly #route: EventsRoute;
  readonly #callers: Callers;
  readonly #match: (url: string) => Target | undefined;
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
    this.#callers = openCallers(options.host, options.origins);
    this.#match = openMatcher(options.streams);
    const pool = new BufferPool(IDLE_BUFFERS_BYTES_MAX);
    this.#route = {
      ingest: options.ingest,
      streams: new Set(options.streams),
      webhooks: options.webhooks ?? new Map(),
      body: { budget: this.#budget, pool, ...this.#limits },
    };
    this.#tls = options.tls && openTlsServer(options.tls, this.#serverOptions());
    this.#server = this.#hear(this.#tls?.server ?? createServer(this.#serverOptions()));
    this.#http2 = this.#tls === undefined ? this.#openHttp2() : undefined;
  }

  #openHttp2(): Http2Door {
    const { headersMs, requestMs, idleMs } = this.#timeouts;
    return openHttp2(this.#server, {
      firstBytesMs: headersMs,
      requestMs,
      idleMs,
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
    const named = ANYWHERE[host] ?? host;
    const shown = named.includes(":") && !named.startsWith("[") ? `[${named}]` : named;
    return `${this.#tls === undefined ? "http" : "https"}://${shown}:${this.port}`;
  }

  /** Reads certificate and key again; nothing where there are none. */
  reloadTls(): void {
    this.#tls?.reload();
  }

  meter(): GatewayMeter {
    const inFlightBytes = this.#budget.held;
    const tls = this.#tls?.meter();
    return { ...this.#options.ingest.counts(), ...this.#count, inFlightBytes, tls };
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
    for (const call of this.#calls) {
      call.abort();
    }
    this.#http2?.close();
    await this.#quiet(() => this.#active.events === 0, stopMs);
    await this.#quiet(() => this.#active.rest === 0, stopRestMs);
    this.#server.closeAllConnections();
    this.#http2?.destroy();
    this.#tls?.[Symbol.dispose]();
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

  #serverOptions(): ServerOptions {
    const { headersMs, requestMs, idleMs, sweepMs } = this.#timeouts;
    return {
      headersTimeout: Math.min(headersMs, requestMs),
      requestTimeout: requestMs,
      keepAliveTimeout: idleMs,
      connectionsCheckingInterval: sweepMs,
      maxHeaderSize: this.#limits.headerBytesMax,
      noDelay: true,
    };
  }

  #hear(server: Server): Server {
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
    const { headers } = request;
    let cors: readonly string[] | undefined;
    const refuse = (thrown: unknown): void =>
      sendFault(response, thrown, { requestId, extra: cors });
    try {
      cors = this.#callers.admit(headers.host, headers.origin);
      if (this.#stopping !== undefined) {
        throw new Fault("GATEWAY_STOPPING");
      }
      // A proxy of HTTP/1.0 ends the request elsewhere: what follows on the connection is nobody's (RFC 9112, 6.1).
      if (request.httpVersionMinor === 0 && headers["transfer-encoding"] !== undefined) {
        response.shouldKeepAlive = false;
        throw new Fault("REQUEST_INVALID", { cause: "HTTP/1.0 has no Transfer-Encoding" });
      }
      if (cors !== undefined && isPreflight(request)) {
        response.writeHead(204, [...cors, ...PREFLIGHT, "X-Request-Id", requestId]).end();
        return;
      }
      const target = this.#match(request.url ?? "/");
      const arrival = { request, response, requestId, expectsContinue, target, cors };
      // Who signs each request needs no key beside it.
      const signed = target === undefined ? this.#isWire(request) : target.kind === "webhook";
      const admitted = signed ? LOCAL : (this.#options.doorman?.admit(request) ?? LOCAL);
      if (admitted instanceof Promise) {
        admitted.then((admission) => this.#enter(arrival, admission)).catch(refuse);
      } else {
        this.#enter(arrival, admitted);
      }
    } catch (thrown) {
      refuse(thrown);
    }
  }

  #isWire({ headers }: IncomingMessage): boolean {
    return this.#options.wire !== undefined && isWireCall(headers);
  }

  /** Hands a request that was let in to its route. */
  #enter(arrival: Arrival, { caller, headers }: Admission): void {
    const { request, response, requestId, expectsContinue, target, cors } = arrival;
    const extra = cors === undefined ? headers : [...cors, ...(headers ?? [])];
    if (target === undefined && this.#isWire(request)) {
      if (expectsContinue) {
        response.writeContinue();
      }
      this.#answerWire(request, response);
      return;
    }
    if (target === undefined) {
      this.#answerRest({ ...arrival, extra }, caller);
      return;
    }
    const visit = { request, response, requestId, target, expectsContinue, caller, extra };
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
    const route = { means: wire, body: this.#route.body, calls: this.#calls };
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
    arrival: Arrival & { readonly extra: readonly string[] | undefined },
    caller: Caller,
  ): void {
    const { request, response, requestId, expectsContinue, extra } = arrival;
    this.#active.rest += 1;
    response.on("close", () => {
      this.#active.rest -= 1;
      this.#look();
    });
    response.setHeader("X-Request-Id", requestId);
    dress(response, extra);
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
      Promise.resolve(this.#options.rest(request, response, caller)).catch(fail);
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
    const fault = toRefusal(thrown, this.#limits.headerBytesMax);
    socket.end(rawFault(fault, this.#options.newId()), () => socket.destroy());
  }
}

/** A request whose head was read. */
interface Arrival {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly requestId: string;
  readonly expectsContinue: boolean;
  readonly target: Target | undefined;
  readonly cors: readonly string[] | undefined;
}

function isPreflight({ method, headers }: IncomingMessage): boolean {
  return method === "OPTIONS" && headers["access-control-request-method"] !== undefined;
}

function ignore(): void {
  // The client is gone; what it sent is accepted or not regardless of whether it hears so.
}
