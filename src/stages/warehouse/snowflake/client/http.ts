/** One request to Snowflake over HTTPS: shows who we are, waits in time, tries again what may pass by itself. */

import { randomInt, randomUUID } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import { causeOf, Fault } from "../../../../base/faults.ts";
import { isLoopback } from "../../../../base/loopback.ts";
import type { Credentials } from "./key-pair.ts";

/** A request that is answered at all is answered in a minute: Snowflake gives a handle after 45 s. */
const ANSWER_MS = 75_000;
const ATTEMPTS_MAX = 7;
const WAIT_MS = { first: 250, max: 15_000 } as const;
/** No partition of a result is larger; one that is was not made by Snowflake. */
const ANSWER_BYTES_MAX = 536_870_912;
/** Answers that say nothing about the request itself. */
const AGAIN = new Set([408, 429, 500, 502, 503, 504]);
/** The token is over, or its time is not ours. */
const TOKEN_OVER = new Set(["390114", "390144", "390318"]);

export interface Call {
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array<ArrayBuffer> | undefined;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal | undefined;
  /** Status codes besides 5xx and 429 that the caller judges itself. */
  readonly expects?: readonly number[];
  /** Whether an unanswered call may be sent again; a statement may, by its request id. */
  readonly repeats?: boolean;
  /** Whether a repeat says that it is one: a word of the SQL API's that the others do not know. */
  readonly tells?: boolean;
}

export interface Reply {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

export interface HttpOptions {
  readonly base: string;
  readonly account: string;
  readonly user: string;
  readonly credentials: Credentials;
  /** Waits between attempts; tests pass their own. */
  readonly sleep?: (ms: number, signal: AbortSignal | undefined) => Promise<void>;
}

/** Throws ADDRESS_INVALID: a token goes over the open network only inside TLS. */
export function requireTls(base: string): void {
  const { protocol, hostname } = new URL(base);
  if (protocol !== "https:" && !isLoopback(hostname)) {
    const cause = "its endpoint is not https://, and a token would be read on the way";
    throw new Fault("ADDRESS_INVALID", { part: "warehouse", address: base, cause });
  }
}

export class Http {
  readonly #options: HttpOptions;
  readonly #sleep: (ms: number, signal: AbortSignal | undefined) => Promise<void>;

  constructor(options: HttpOptions) {
    requireTls(options.base);
    this.#options = options;
    this.#sleep = options.sleep ?? ((ms, signal) => pause(ms, undefined, { signal }));
  }

  /** Throws WAREHOUSE_DOWN, WAREHOUSE_LOGIN; the signal's reason once it is aborted. */
  async call(call: Call): Promise<Reply> {
    let renewed = false;
    // Snowflake runs a statement once however often it is sent under one id, if the repeats say that they are.
    const requestId = randomUUID();
    for (let attempt = 1; ; attempt += 1) {
      call.signal?.throwIfAborted();
      const repeat = attempt > 1 && call.tells !== false ? { retry: "true" } : {};
      const reply = await this.#once({ ...call, query: { ...call.query, requestId, ...repeat } });
      if (reply instanceof Fault) {
        if (attempt >= ATTEMPTS_MAX || call.repeats === false) {
          throw reply;
        }
      } else if (this.#settled(reply, call)) {
        return reply;
      } else if (reply.status === 401 || reply.status === 403) {
        if (renewed || !TOKEN_OVER.has(codeOf(reply)) || !this.#options.credentials.renew()) {
          throw this.#refused(reply);
        }
        renewed = true;
        continue;
      } else if (!AGAIN.has(reply.status) || attempt >= ATTEMPTS_MAX) {
        throw toFault(reply);
      }
      const told = reply instanceof Fault ? undefined : reply.retryAfterMs;
      await this.#sleep(told ?? waitMs(attempt), call.signal);
    }
  }

  #settled(reply: Reply, { expects = [] }: Call): boolean {
    return (reply.status >= 200 && reply.status < 300) || expects.includes(reply.status);
  }

  /** A fault where nothing came back. */
  async #once(
    call: Call,
  ): Promise<(Reply & { readonly retryAfterMs: number | undefined }) | Fault> {
    const { base, credentials } = this.#options;
    const { token, kind } = credentials.current();
    const late = AbortSignal.timeout(ANSWER_MS);
    const url = new URL(call.path, base);
    Object.entries(call.query ?? {}).forEach(([name, value]) => url.searchParams.set(name, value));
    try {
      const response = await fetch(url, {
        method: call.method,
        redirect: "error",
        headers: {
          authorization: `Bearer ${token}`,
          "x-snowflake-authorization-token-type": kind,
          accept: "application/json",
          "user-agent": "millrace/0.1",
          ...(call.body === undefined ? {} : { "content-type": "application/json" }),
          ...call.headers,
        },
        ...(call.body === undefined ? {} : { body: call.body }),
        signal: call.signal === undefined ? late : AbortSignal.any([call.signal, late]),
      });
      const seconds = Number(response.headers.get("retry-after") ?? Number.NaN);
      const retryAfterMs = Number.isFinite(seconds)
        ? Math.min(WAIT_MS.max, seconds * 1000)
        : undefined;
      return { status: response.status, body: await readBody(response), retryAfterMs };
    } catch (thrown) {
      call.signal?.throwIfAborted();
      return new Fault("WAREHOUSE_DOWN", { cause: causeOf(deepest(thrown)) }, thrown);
    }
  }

  #refused(reply: Reply): Fault {
    const { account, user } = this.#options;
    const cause = `${codeOf(reply)} ${textOf(reply)}`.trim() || `HTTP ${reply.status}`;
    return new Fault("WAREHOUSE_LOGIN", { account, user, cause });
  }
}

async function readBody(response: Response): Promise<Reply["body"]> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes > ANSWER_BYTES_MAX) {
      throw new Fault("WAREHOUSE_DOWN", { cause: `an answer of more than ${ANSWER_BYTES_MAX} B` });
    }
  }
  const text = Buffer.concat(chunks).toString("utf8");
  try {
    const body: unknown = JSON.parse(text);
    return typeof body === "object" && body !== null ? (body as Reply["body"]) : {};
  } catch {
    return { message: text.slice(0, 300) };
  }
}

/** Between half the wait and the whole, so that those who were refused together do not come back together. */
function waitMs(attempt: number): number {
  const most = Math.min(WAIT_MS.max, WAIT_MS.first * 2 ** (attempt - 1));
  return most / 2 + randomInt(Math.ceil(most / 2) + 1);
}

export function codeOf({ body }: Reply): string {
  return typeof body["code"] === "string" ? body["code"] : "";
}

export function textOf({ body }: Reply): string {
  return typeof body["message"] === "string" ? body["message"] : "";
}

export function toFault(reply: Reply): Fault {
  const said = `${codeOf(reply)} ${textOf(reply)}`.trim();
  const cause = `Snowflake answered ${reply.status}${said === "" ? "" : `: ${said}`}`;
  return new Fault("WAREHOUSE_DOWN", { cause });
}

/** `fetch` says that it failed; what failed stands below. */
function deepest(thrown: unknown): unknown {
  return thrown instanceof Error && thrown.cause instanceof Error ? deepest(thrown.cause) : thrown;
}
