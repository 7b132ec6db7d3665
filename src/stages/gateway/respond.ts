/** Writes answers and faults to a response: one header array, one write. */

import type { ServerResponse } from "node:http";
import { causeOf, Fault, toFault } from "../../base/faults.ts";
import { limitHeaders } from "./auth/keys/allowance.ts";
import type { Reply } from "./answer.ts";

export interface Dressing {
  readonly requestId: string;
  /** Further headers, name and value in turn. */
  readonly extra?: readonly string[] | undefined;
}

/**
 * Connections whose client was answered before its body was whole. When it then dawdles, node says so by the socket
 * alone, and a second answer must not follow the first.
 */
export const answeredEarly = new WeakSet<object>();

const RETRY_AFTER_S = "1";
const RETRY_LATER = new Set([429, 503]);

export function sendReply(response: ServerResponse, reply: Reply, dressing: Dressing): void {
  if (response.destroyed || response.headersSent) {
    return;
  }
  const headers = [
    "Content-Type",
    "application/json",
    "Content-Length",
    String(Buffer.byteLength(reply.body)),
    "X-Request-Id",
    dressing.requestId,
  ];
  if (dressing.extra !== undefined) {
    headers.push(...dressing.extra);
  }
  response.writeHead(reply.status, headers);
  response.end(reply.body);
}

export function sendFault(response: ServerResponse, thrown: unknown, dressing: Dressing): void {
  const fault = toFault(thrown, "INTERNAL");
  const { status } = fault.row;
  const extra = [...(dressing.extra ?? [])];
  if (RETRY_LATER.has(status)) {
    const { retryAfterS = RETRY_AFTER_S } = fault.facts;
    extra.push("Retry-After", String(retryAfterS), ...limitHeaders(fault));
  }
  if (status === 401) {
    extra.push("WWW-Authenticate", 'Bearer realm="millrace"');
  }
  if (fault.code === "GATEWAY_STOPPING") {
    extra.push("Connection", "close");
  }
  if (!response.req.complete) {
    answeredEarly.add(response.req.socket);
  }
  const body = JSON.stringify(fault.toBody());
  sendReply(response, { status, body }, { requestId: dressing.requestId, extra });
}

/** A whole answer as bytes, for a socket whose request node could not even parse. */
export function rawFault(fault: Fault, requestId: string): string {
  const body = JSON.stringify(fault.toBody());
  return [
    `HTTP/1.1 ${fault.row.status} Refused`,
    "Content-Type: application/json",
    `Content-Length: ${Buffer.byteLength(body)}`,
    `X-Request-Id: ${requestId}`,
    "Connection: close",
    "",
    body,
  ].join("\r\n");
}

/** Headers, name and value in turn, on a response that somebody else writes. */
export function dress(response: ServerResponse, headers: readonly string[] = []): void {
  for (let at = 0; at < headers.length; at += 2) {
    response.setHeader(headers[at] ?? "", headers[at + 1] ?? "");
  }
}

/** What node's parser could not take, as a fault. */
export function toRefusal(thrown: NodeJS.ErrnoException, headerBytesMax: number): Fault {
  if (thrown.code === "ERR_HTTP_REQUEST_TIMEOUT") {
    return new Fault("REQUEST_TIMEOUT");
  }
  if (thrown.code === "HPE_HEADER_OVERFLOW") {
    return new Fault("HEADERS_TOO_LARGE", { bytesMax: headerBytesMax });
  }
  return new Fault("REQUEST_INVALID", { cause: causeOf(thrown) }, thrown);
}
