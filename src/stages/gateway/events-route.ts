/** The hot route, POST /v1/streams/{stream}/events: from a request's head to its answer. */

import type { IncomingMessage, ServerResponse } from "node:http";
import { Fault } from "../../base/faults.ts";
import type { BodyFormat } from "../../seams/check.ts";
import type { Ingest } from "../../seams/ingest.ts";
import { type Reply, toReply } from "./answer.ts";
import { toIdempotencyKey } from "./dedupe/name-records.ts";
import { type BodyMeans, ClientGone, lengthOf, readBody } from "./body/read.ts";
import { isBlank, isSingle, sniff, toCoding, toFormat } from "./body/media.ts";
import { sendFault, sendReply } from "./respond.ts";

export interface EventsRoute {
  readonly ingest: Ingest;
  readonly streams: ReadonlySet<string>;
  readonly body: BodyMeans;
}

const PATH = /^\/v1\/streams\/([^/?]+)\/events\/?(?:\?.*)?$/;
const ALLOW = ["Allow", "POST, OPTIONS"];
const MINIMAL = /(?:^|[,;\s])return\s*=\s*"?minimal"?(?:$|[,;\s])/i;

/** Tells the stream that a URL names, known or not; undefined when the URL is not the hot route's. */
export function openMatcher(streams: readonly string[]): (url: string) => string | undefined {
  const exact = new Map(streams.map((stream) => [`/v1/streams/${stream}/events`, stream]));
  return (url) => exact.get(url) ?? matchLoosely(url);
}

function matchLoosely(url: string): string | undefined {
  const name = PATH.exec(url)?.[1];
  if (name === undefined) {
    return undefined;
  }
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}

export interface Visit {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly requestId: string;
  readonly stream: string;
  /** The client waits for "100 Continue" before it sends its body. */
  readonly expectsContinue: boolean;
}

/** What became of a visit, for the meter. */
export type Outcome = "answered" | "busy" | "gone";

/** Answers one request; never throws. */
export async function answerEvents(visit: Visit, route: EventsRoute): Promise<Outcome> {
  const { request, response, requestId } = visit;
  if (request.method !== "POST") {
    answerOther(visit);
    return "answered";
  }
  try {
    const minimal = prefersMinimal(request.headers["prefer"]);
    const reply = await takeIn(visit, route, minimal);
    const extra = minimal ? ["Preference-Applied", "return=minimal"] : undefined;
    sendReply(response, reply, { requestId, extra });
    return "answered";
  } catch (thrown) {
    if (thrown instanceof ClientGone) {
      return "gone";
    }
    sendFault(response, thrown, { requestId });
    return thrown instanceof Fault && thrown.row.status === 429 ? "busy" : "answered";
  }
}

async function takeIn(visit: Visit, route: EventsRoute, minimal: boolean): Promise<Reply> {
  const { request, response, requestId, stream } = visit;
  const { headers } = request;
  if (!route.streams.has(stream)) {
    throw new Fault("STREAM_UNKNOWN", { stream, known: [...route.streams].join(", ") });
  }
  const named = toFormat(headers["content-type"]);
  const idempotencyKey = toIdempotencyKey(asText(headers["idempotency-key"]));
  const coding = toCoding(headers["content-encoding"]);
  refuseEarly(request, route.body);
  if (visit.expectsContinue) {
    response.writeContinue();
  }
  const body = await readBody(request, coding, route.body);
  try {
    const { bytes } = body;
    if (isBlank(bytes)) {
      throw new Fault("BODY_EMPTY");
    }
    const format: BodyFormat = named ?? sniff(bytes);
    const single = format === "json" && isSingle(bytes);
    const caller = request.socket.remoteAddress ?? "unknown";
    const wantIds = single || !minimal;
    const answer = await route.ingest.accept({
      stream,
      body: bytes,
      format,
      caller,
      requestId,
      wantIds,
      idempotencyKey,
    });
    return toReply(answer, { stream, single, minimal });
  } finally {
    body.release();
  }
}

/** Says no before a byte of a body that cannot be taken is read, or its sender was told to go on. */
function refuseEarly(request: IncomingMessage, { budget, bodyBytesMax }: BodyMeans): void {
  const length = lengthOf(request) ?? 0;
  if (length > bodyBytesMax) {
    throw new Fault("BODY_TOO_LARGE", { bytesMax: bodyBytesMax });
  }
  if (!budget.fits(length)) {
    throw new Fault("GATEWAY_BUSY");
  }
}

/** A header that came more than once is one text by now, except by its type. */
function asText(header: string | string[] | undefined): string | undefined {
  return header === undefined ? undefined : String(header);
}

function prefersMinimal(prefer: string | string[] | undefined): boolean {
  return prefer !== undefined && MINIMAL.test(String(prefer));
}

/** The answer to every method but POST. */
function answerOther({ request, response, requestId }: Visit): void {
  if (request.method === "OPTIONS") {
    response.writeHead(204, [...ALLOW, "X-Request-Id", requestId]);
    response.end();
    return;
  }
  const { method = "", url = "" } = request;
  const path = url.split("?", 1)[0] ?? url;
  const fault = new Fault("METHOD_NOT_ALLOWED", { method, path, allow: "POST" });
  sendFault(response, fault, { requestId, extra: ALLOW });
}
