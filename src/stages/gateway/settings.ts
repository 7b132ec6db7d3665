/** What a gateway is opened with: its bounds, its waits, and the parts it hands requests to. */

import type { IncomingMessage, ServerResponse } from "node:http";
import { LIMITS } from "../../base/limits.ts";
import type { Authenticator, Caller } from "../../seams/caller.ts";
import type { WireMeans } from "../../wire/answer-call.ts";
import type { TlsFiles } from "./auth/tls.ts";
import type { Webhook } from "./auth/webhooks.ts";
import type { CountedIngest } from "./ingest.ts";

export interface GatewayTimeouts {
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

export const GATEWAY_TIMEOUTS: GatewayTimeouts = {
  headersMs: 10_000,
  requestMs: 60_000,
  idleMs: 60_000,
  answerMs: 30_000,
  sweepMs: 1000,
  stopMs: 10_000,
  stopRestMs: 1000,
};

export interface GatewayLimits {
  readonly bodyBytesMax: number;
  readonly bodyInflatedBytesMax: number;
  readonly inFlightBytesMax: number;
  readonly connectionsMax: number;
  readonly headerBytesMax: number;
}

export const GATEWAY_LIMITS: GatewayLimits = {
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
  readonly rest: (request: IncomingMessage, response: ServerResponse, caller: Caller) => unknown;
  /** Tells who asks; left out, everybody may do everything. */
  readonly doorman?: Authenticator | undefined;
  readonly webhooks?: ReadonlyMap<string, Webhook> | undefined;
  /** Other sites whose pages may send here, as browsers name them: `https://app.example.org`. */
  readonly origins?: readonly string[] | undefined;
  /** Certificate and key; left out, the port speaks plain HTTP. */
  readonly tls?: TlsFiles | undefined;
  /** The AWS services that answer on this port; undefined when there are none. */
  readonly wire?: WireMeans | undefined;
  /** A new unique text each time: letters of digits, letters, - and _. */
  readonly newId: () => string;
  /** Allows a host other machines can reach, without any key. */
  readonly insecureHost?: boolean | undefined;
  readonly limits?: Partial<GatewayLimits> | undefined;
  readonly timeouts?: Partial<GatewayTimeouts> | undefined;
}
