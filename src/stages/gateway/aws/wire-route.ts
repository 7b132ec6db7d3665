/** The route of the AWS services: reads a call's body within the gateway's bounds, and writes its answer. */

import type { IncomingMessage } from "node:http";
import type { Http2ServerRequest } from "node:http2";
import { Fault } from "../../../base/faults.ts";
import {
  answerCall,
  faultAnswer,
  formatOf,
  type WireAnswer,
  type WireMeans,
} from "../../../wire/answer-call.ts";
import { toEventFrame, toFaultFrame } from "../../../wire/codec/event-stream.ts";
import { type Body, type BodyMeans, ClientGone, readBody } from "../body/read.ts";
import type { Outcome } from "../events-route.ts";

/** What the responses of HTTP/1.1 and HTTP/2 have in common. */
interface WireResponse {
  readonly headersSent: boolean;
  readonly destroyed: boolean;
  writeHead(status: number, headers: Readonly<Record<string, string>>): unknown;
  write(chunk: Buffer): boolean;
  end(): unknown;
  end(body: Buffer | string): unknown;
  on(event: "close" | "drain", listener: () => void): unknown;
  off(event: "drain", listener: () => void): unknown;
}

export interface WireVisit {
  readonly request: IncomingMessage | Http2ServerRequest;
  readonly response: WireResponse;
}

export interface WireRoute {
  readonly means: WireMeans;
  readonly body: BodyMeans;
  /** Calls under way; aborted when the gateway stops. */
  readonly calls: Set<AbortController>;
}

/** Answers one call; never throws. */
export async function answerWire(visit: WireVisit, route: WireRoute): Promise<Outcome> {
  const { request, response } = visit;
  // One controller for both ends of a call: signals joined for each call would pile up on the gateway's own.
  const ending = new AbortController();
  route.calls.add(ending);
  response.on("close", () => {
    route.calls.delete(ending);
    ending.abort();
  });
  let body: Body | undefined;
  try {
    // What is told of a body goes by the gateway's rules for all bodies; the SDKs never compress.
    body = await readBody(request, "identity", route.body);
    const { signal } = ending;
    const answer = await answerCall(toRequest(request, body.bytes, signal), route.means);
    return await send(answer, visit, { route, signal });
  } catch (thrown) {
    if (thrown instanceof ClientGone) {
      return "gone";
    }
    const format = formatOf(request.headers);
    const answer = faultAnswer(thrown, format === undefined ? {} : { format });
    writeWhole(answer, response);
    return thrown instanceof Fault && thrown.row.status === 429 ? "busy" : "answered";
  } finally {
    body?.release();
  }
}

function toRequest(
  request: WireVisit["request"],
  body: Buffer,
  signal: AbortSignal,
): Parameters<typeof answerCall>[0] {
  return {
    method: request.method ?? "POST",
    url: request.url ?? "/",
    headers: request.headers,
    body,
    caller: request.socket.remoteAddress ?? "unknown",
    signal,
  };
}

async function send(
  answer: WireAnswer,
  { response }: WireVisit,
  { route, signal }: { readonly route: WireRoute; readonly signal: AbortSignal },
): Promise<Outcome> {
  if (answer.events !== undefined) {
    await sendEvents(answer.events, answer, { response, signal });
    return "answered";
  }
  // An answer that waits for a slow reader is held like a request that waits for the disk.
  const bytes = Buffer.byteLength(answer.body);
  if (!route.body.budget.take(bytes)) {
    throw new Fault("GATEWAY_BUSY");
  }
  response.on("close", () => route.body.budget.give(bytes));
  writeWhole(answer, response);
  return "answered";
}

function writeWhole({ status, headers, body }: WireAnswer, response: WireResponse): void {
  if (response.destroyed || response.headersSent) {
    return;
  }
  response.writeHead(status, { ...headers, "Content-Length": String(Buffer.byteLength(body)) });
  response.end(body);
}

async function sendEvents(
  events: NonNullable<WireAnswer["events"]>,
  { status, headers }: WireAnswer,
  to: { readonly response: WireResponse; readonly signal: AbortSignal },
): Promise<void> {
  const { of, format } = events;
  const { response, signal } = to;
  response.writeHead(status, headers);
  const write = async (frame: Buffer): Promise<void> => {
    if (!response.write(frame)) {
      await drained(response, signal);
    }
  };
  try {
    for await (const event of of) {
      if (response.destroyed) {
        break;
      }
      await write(toEventFrame(event, format));
    }
  } catch (thrown) {
    await write(toFaultFrame(thrown, format));
  }
  response.end();
}

/** Resolves when the client has read what was written, or is gone, or everything ends. */
async function drained(response: WireResponse, signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const done = (): void => resolve();
  response.on("drain", done);
  signal.addEventListener("abort", done);
  if (signal.aborted) {
    done();
  }
  await promise;
  response.off("drain", done);
  signal.removeEventListener("abort", done);
}
