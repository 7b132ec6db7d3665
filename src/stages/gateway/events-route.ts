/** The hot route, POST /v1/streams/{stream}/events: from a request's head to its answer. */

import type { IncomingMessage, ServerResponse } from "node:http";
import { Fault } from "../../base/faults.ts";
import type { BodyFormat } from "../../seams/check.ts";
import type { Caller } from "../../seams/caller.ts";
import type { Ingest } from "../../seams/ingest.ts";
import { type Reply, toReply } from "./answer.ts";
import { toIdempotencyKey } from "./dedupe/name-records.ts";
import { need } from "./auth/callers.ts";
import type { Webhook } from "./auth/webhooks.ts";
import { type Body, type BodyMeans, ClientGone, lengthOf, readBody } from "./body/read.ts";
import { isBlank, isSingle, sniff, toCoding, toFormat } from "./body/media.ts";
import { sendFault, sendReply } from "./respond.ts";

export interface EventsRoute {
  readonly ingest: Ingest;
  readonly streams: ReadonlySet<string>;
  readonly webhooks: ReadonlyMap<string, Webhook>;
  readonly body: BodyMeans;
}

/** What a URL of this route names: a stream, or a webhook that leads to one. */
export interface Target {
  readonly kind: "stream" | "webhook";
  readonly name: string;
}

const PATH = /^\/v1\/(?:(streams)\/([^/?]+)\/events|webhooks\/([^/?]+))\/?(?:\?.*)?$/;
const ALLOW = ["Allow", "POST, OPTIONS"];
const MINIMAL = /(?:^|[,;\s])return\s*=\s*"?minimal"?(?:$|[,;\s])/i;

/** Tells what a URL names, known or not; undefined when the URL is not this route's. */
export function openMatcher(streams: readonly string[]): (url: string) => Target | undefined {
  const exact = new Map<string, Target>(
    streams.map((name) => [`/v1/streams/${name}/events`, { kind: "stream", name }]),
  );
  return (url) => exact.get(url) ?? matchLoosely(url);
}

function matchLoosely(url: string): Target | undefined {
  const [, streams, stream, webhook] = PATH.exec(url) ?? [];
  const name = stream ?? webhook;
  if (name === undefined) {
    return undefined;
  }
  const kind = streams === undefined ? "webhook" : "stream";
  try {
    return { kind, name: decodeURIComponent(name) };
  } catch {
    return { kind, name };
  }
}

export interface Visit {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly requestId: string;
  readonly target: Target;
  readonly caller: Caller;
  /** Headers of the answer, name and value in turn. */
  readonly extra: readonly string[] | undefined;
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
    const extra = minimal
      ? ["Preference-Applied", "return=minimal", ...(visit.extra ?? [])]
      : visit.extra;
    sendReply(response, reply, { requestId, extra });
    return "answered";
  } catch (thrown) {
    if (thrown instanceof ClientGone) {
      return "gone";
    }
    sendFault(response, thrown, { requestId, extra: visit.extra });
    return thrown instanceof Fault && thrown.row.status === 429 ? "busy" : "answered";
  }
}

async function takeIn(visit: Visit, route: EventsRoute, minimal: boolean): Promise<Reply> {
  const { request, response, requestId } = visit;
  const { headers } = request;
  const { stream, webhook } = enter(visit, route);
  const named = toFormat(headers["content-type"]);
  const idempotencyKey = toIdempotencyKey(asText(headers["idempotency-key"]));
  const coding = toCoding(headers["content-encoding"]);
  refuseEarly(request, route.body);
  if (visit.expectsContinue) {
    response.writeContinue();
  }
  const body = await readBody(request, coding, route.body);
  // The raw bytes are judged before anything reads them as data.
  const forget = judge(body, request, webhook);
  try {
    const { bytes } = body;
    if (isBlank(bytes)) {
      throw new Fault("BODY_EMPTY");
    }
    const format: BodyFormat = named ?? sniff(bytes);
    const single = format === "json" && isSingle(bytes);
    const caller = callerOf(visit);
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
    const reply = toReply(answer, { stream, single, minimal });
    // The sender of a webhook cannot mend its record, and would only send it again: what is kept is well received.
    return webhook === undefined ? reply : { ...reply, status: 202 };
  } catch (thrown) {
    forget?.();
    throw thrown;
  } finally {
    body.release();
  }
}

interface Entered {
  readonly stream: string;
  readonly webhook: Webhook | undefined;
}

/** Throws KEY_MISSING, SCOPE_MISSING, STREAM_UNKNOWN, WEBHOOK_UNKNOWN, ENCODING_UNSUPPORTED. */
function enter({ target, caller, request }: Visit, route: EventsRoute): Entered {
  const { kind, name } = target;
  if (kind === "stream") {
    need(caller, "ingest", name);
    if (!route.streams.has(name)) {
      throw new Fault("STREAM_UNKNOWN", { stream: name, known: [...route.streams].join(", ") });
    }
    return { stream: name, webhook: undefined };
  }
  const webhook = route.webhooks.get(name);
  if (webhook === undefined) {
    throw new Fault("WEBHOOK_UNKNOWN", { webhook: name });
  }
  const encoding = request.headers["content-encoding"];
  if (toCoding(encoding) !== "identity") {
    throw new Fault("ENCODING_UNSUPPORTED", { encoding });
  }
  return { stream: webhook.stream, webhook };
}

function judge(
  body: Body,
  request: IncomingMessage,
  webhook: Webhook | undefined,
): (() => void) | undefined {
  try {
    return webhook?.judge(request, body.bytes);
  } catch (thrown) {
    body.release();
    throw thrown;
  }
}

/** Who sent it, as dead letters say: the address, and before it the key, the subject or the webhook. */
function callerOf({ request, caller, target }: Visit): string {
  const address = request.socket.remoteAddress ?? "unknown";
  if (target.kind === "webhook") {
    return `webhook:${target.name}@${address}`;
  }
  return caller.name.includes(":") ? `${caller.name}@${address}` : address;
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
