/** Snowpipe Streaming's REST calls: the host that takes rows, a token for it alone, and channels of a pipe. */

// https://docs.snowflake.com/en/user-guide/snowpipe-streaming/snowpipe-streaming-high-performance-rest-api

import { Fault } from "../../../../base/faults.ts";
import { type Call, codeOf, Http, type HttpOptions, type Reply, textOf } from "../client/http.ts";
import type { Credential, Credentials } from "../client/key-pair.ts";

/** A pipe of the schema; its name as Snowflake has it. */
export interface PipePlace {
  readonly database: string;
  readonly schema: string;
  readonly pipe: string;
}

export interface ChannelState {
  /** `SUCCESS` or `ACTIVE`, or why the channel takes nothing more. */
  readonly code: string;
  /** The token of the newest row that is in the table; undefined for a channel that never had one. */
  readonly committed: string | undefined;
  /** Rows that the pipe refused since the channel was made. */
  readonly refused: number;
  readonly refusal: string;
}

export interface OpenedChannel {
  readonly state: ChannelState;
  /** What the next append must show. */
  readonly continuation: string;
}

/** Rows of one request: lines of JSON, packed, and the tokens of the first row and the last. */
export interface Append {
  readonly continuation: string;
  readonly first: string;
  readonly last: string;
  /** gzip; at most 4 MB. */
  readonly packed: Uint8Array<ArrayBuffer>;
}

/** The channel must be opened anew; what was not committed is not kept. */
export class ChannelStale extends Error {
  override readonly name = "ChannelStale";
}

const GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer";
/** Codes after which only opening the channel again helps; what such a code is called grows with the service. */
const STALE = /^(STALE_|ERR_CHANNEL_)/;
/** Not documented, so that a token is shown no longer than any that Snowflake issues lives. */
const TOKEN_LIFE_MS = 3_000_000;

export interface IngestOptions extends HttpOptions {
  readonly now: () => number;
}

/** Calls of one pipe's channels. Throws WAREHOUSE_DOWN, WAREHOUSE_LOGIN; ChannelStale where that is said. */
export class Ingest {
  readonly #options: IngestOptions;
  readonly #place: PipePlace;
  readonly #control: Http;
  #host: { readonly http: Http; readonly until: number } | undefined;

  constructor(options: IngestOptions, place: PipePlace) {
    this.#options = options;
    this.#place = place;
    this.#control = new Http(options);
  }

  /** A channel that is there already is taken over: whoever had it finds it stale. */
  async open(channel: string): Promise<OpenedChannel> {
    const path = this.#path("/v2/streaming", channel);
    const reply = await this.#call({ method: "PUT", path, body: "{}" });
    const continuation = reply.body["next_continuation_token"];
    if (typeof continuation !== "string") {
      throw unreadable("no continuation token for a channel that was opened");
    }
    return { state: toState(reply.body["channel_status"]), continuation };
  }

  /** Gives the next continuation token. That it was answered does not say that the rows are in the table. */
  async append(channel: string, { continuation, first, last, packed }: Append): Promise<string> {
    const path = `${this.#path("/v2/streaming/data", channel)}/rows`;
    const query = {
      continuationToken: continuation,
      startOffsetToken: first,
      endOffsetToken: last,
    };
    const headers = { "content-type": "application/x-ndjson", "content-encoding": "gzip" };
    const reply = await this.#call({ method: "POST", path, query, headers, body: packed });
    const next = reply.body["next_continuation_token"];
    if (typeof next !== "string") {
      throw unreadable("no continuation token for rows that were appended");
    }
    return next;
  }

  /** Throws ChannelStale for a channel that is not there. */
  async state(channel: string): Promise<ChannelState> {
    const path = `${this.#path("/v2/streaming")}:bulk-channel-status`;
    const body = JSON.stringify({ channel_names: [channel] });
    const reply = await this.#call({ method: "POST", path, body });
    const states = reply.body["channel_statuses"] as Readonly<Record<string, unknown>> | undefined;
    if (states?.[channel] === undefined) {
      throw new ChannelStale(`channel ${channel} is not there`);
    }
    return toState(states[channel]);
  }

  async drop(channel: string): Promise<void> {
    await this.#call({ method: "DELETE", path: this.#path("/v2/streaming", channel) });
  }

  #path(root: string, channel?: string): string {
    const { database, schema, pipe } = this.#place;
    const [d, s, p] = [database, schema, pipe].map(encodeURIComponent);
    const behind = channel === undefined ? "" : `/channels/${encodeURIComponent(channel)}`;
    return `${root}/databases/${d}/schemas/${s}/pipes/${p}${behind}`;
  }

  async #call(call: Call): Promise<Reply> {
    const known: Call = { ...call, tells: false, expects: [400, 404, 409] };
    let reply: Reply;
    try {
      reply = await (await this.#reach()).call(known);
    } catch (thrown) {
      if (!(thrown instanceof Fault) || thrown.code !== "WAREHOUSE_LOGIN") {
        throw thrown;
      }
      // The scoped token is over before we thought: one more, and what is refused then is refused.
      this.#host = undefined;
      reply = await (await this.#reach()).call(known);
    }
    if (reply.status < 300) {
      return reply;
    }
    const said = `${codeOf(reply)} ${textOf(reply)}`.trim();
    if (reply.status === 409 || STALE.test(codeOf(reply))) {
      throw new ChannelStale(said);
    }
    throw new Fault("WAREHOUSE_DOWN", { cause: `the channel's call was refused: ${said}` });
  }

  async #reach(): Promise<Http> {
    const { now } = this.#options;
    if (this.#host === undefined || now() >= this.#host.until) {
      const host = toHost(
        await this.#control.call({ method: "GET", path: HOSTNAME, tells: false }),
      );
      const credentials = await this.#scoped(host);
      const base = `${new URL(this.#options.base).protocol}//${host}`;
      this.#host = {
        http: new Http({ ...this.#options, base, credentials }),
        until: now() + TOKEN_LIFE_MS,
      };
    }
    return this.#host.http;
  }

  /** A token that is good for the host of channels and nothing else. */
  async #scoped(host: string): Promise<Credentials> {
    const shown = this.#options.credentials.current();
    // A programmatic access token is shown as it is: only a key's token is exchanged.
    return shown.kind === "PROGRAMMATIC_ACCESS_TOKEN"
      ? this.#options.credentials
      : holding({ token: await this.#exchange(host), kind: "OAUTH" });
  }

  async #exchange(host: string): Promise<string> {
    const body = new URLSearchParams({ grant_type: GRANT, scope: host }).toString();
    const headers = { "content-type": "application/x-www-form-urlencoded" };
    const path = "/oauth/token";
    const reply = await this.#control.call({ method: "POST", path, body, headers, tells: false });
    // The reference has JSON; what the service sends to others is the bare token.
    const token = reply.body["token"] ?? reply.body["message"];
    if (typeof token !== "string" || token === "") {
      throw unreadable("no token for the host of channels");
    }
    return token.trim();
  }
}

const HOSTNAME = "/v2/streaming/hostname";

/** As JSON in the reference, as bare text in the tutorial; a certificate knows no underscore. */
function toHost({ body }: Reply): string {
  const host = body["hostname"] ?? body["message"];
  if (typeof host !== "string" || !/^[\w.-]+(:\d+)?$/.test(host.trim())) {
    throw unreadable("no name of the host of channels");
  }
  return host.trim().replaceAll("_", "-");
}

function holding(credential: Credential): Credentials {
  return { current: () => credential, renew: () => false };
}

function toState(input: unknown): ChannelState {
  const state = (input ?? {}) as Readonly<Record<string, unknown>>;
  const committed = state["last_committed_offset_token"];
  // Opening tells the count by one name and asking by another.
  const refused = state["rows_error_count"] ?? state["rows_errors"] ?? 0;
  return {
    code: textIn(state["channel_status_code"]),
    committed: typeof committed === "string" ? committed : undefined,
    refused: Number(refused),
    refusal: textIn(state["last_error_message"]),
  };
}

function textIn(input: unknown): string {
  return typeof input === "string" ? input : "";
}

function unreadable(what: string): Fault {
  return new Fault("WAREHOUSE_DOWN", { cause: `Snowpipe Streaming answered with ${what}` });
}
