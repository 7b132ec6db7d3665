/**
 * Snowpipe Streaming's REST API as its reference documents it: two hosts on one port, a token exchanged for another,
 * channels with client and row sequencers, rows that are committed later than they are taken; and faults on demand.
 */

import { generateKeyPairSync, type KeyObject, randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { gunzipSync } from "node:zlib";
import { refusedToken } from "./key-proof.ts";

export type Operation = "hostname" | "token" | "open" | "append" | "state" | "drop";

/** What goes wrong with the next request of a kind. */
export interface Trouble {
  readonly on: Operation;
  readonly kind:
    | { readonly status: number; readonly code?: string; readonly retryAfter?: string }
    /** It is done, and the answer is lost on its way. */
    | "lost"
    /** The connection breaks before anything is done. */
    | "unheard"
    /** The channel takes nothing more until it is opened again. */
    | "invalidated"
    /** The first row of the request cannot be put into the table, and is left out. */
    | "row refused";
}

export type Row = Readonly<Record<string, unknown>>;

interface Rowset {
  readonly rows: readonly Row[];
  readonly last: string;
  readonly refused: number;
}

interface Channel {
  /** Goes up with each opening: whoever holds an older one is told that he is stale. */
  client: number;
  row: number;
  code: string;
  committed: string | null;
  waiting: Rowset[];
  parsed: number;
  refused: number;
}

export interface StreamingOptions {
  /** Rows of one request, as they come into the table. */
  readonly onCommit: (rows: readonly Row[]) => void | Promise<void>;
  /** Whoever answers what is no call of Snowpipe Streaming. */
  readonly other?: (request: IncomingMessage, response: ServerResponse) => void;
  /** Told before each request is looked at, and again when it was carried out. */
  readonly onRequest?: (operation: Operation, done: boolean) => void;
  /** Whether a programmatic access token is shown in place of a key's. */
  readonly anyToken?: boolean;
}

const PAYLOAD_BYTES_MAX = 4_000_000;
const ROOT = /^\/v2\/streaming(\/data)?\/databases\/([^/]+)\/schemas\/([^/]+)\/pipes\/(.+)$/;
const STALE = {
  code: "STALE_CONTINUATION_TOKEN_SEQUENCER",
  message: "Channel sequencer in the continuation token is stale. Please reopen the channel",
};

export class StreamingServer implements AsyncDisposable {
  readonly #options: StreamingOptions;
  readonly #http = createServer((request, response) => void this.#serve(request, response));
  readonly #keys = generateKeyPairSync("rsa", { modulusLength: 2048 });
  readonly #channels = new Map<string, Channel>();
  #tokens = new Set<string>();
  readonly troubles: Trouble[] = [];
  readonly heard: Operation[] = [];

  constructor(options: StreamingOptions) {
    this.#options = options;
  }

  get base(): string {
    return `http://127.0.0.1:${(this.#http.address() as AddressInfo).port}`;
  }

  get privateKey(): KeyObject {
    return this.#keys.privateKey;
  }

  get channels(): readonly string[] {
    return [...this.#channels.keys()];
  }

  async listen(): Promise<this> {
    await new Promise<void>((resolve) => {
      this.#http.listen(0, "127.0.0.1", resolve);
    });
    return this;
  }

  /** Every token that was given out is over. */
  endTokens(): void {
    this.#tokens = new Set();
  }

  /** What somebody else writes as his own progress. */
  writeToken(name: string, token: string): void {
    this.#channel(name).committed = token;
  }

  /** Snowflake forgets channels that are idle for 30 days. */
  forgetChannels(): void {
    this.#channels.clear();
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? "/", this.base);
    const operation = operationOf(request.method ?? "", url.pathname);
    if (operation === undefined) {
      this.#options.other?.(request, response);
      return;
    }
    this.heard.push(operation);
    this.#options.onRequest?.(operation, false);
    const body = await bodyOf(request);
    const refused = this.#refuses(operation, request);
    if (refused !== undefined) {
      answer(response, { status: 401, body: refused });
      return;
    }
    const at = this.troubles.findIndex(({ on }) => on === operation);
    const [trouble] = at < 0 ? [] : this.troubles.splice(at, 1);
    if (trouble?.kind === "unheard") {
      response.destroy();
      return;
    }
    if (typeof trouble?.kind === "object") {
      const { status, code = "", retryAfter } = trouble.kind;
      const headers = retryAfter === undefined ? {} : { "retry-after": retryAfter };
      answer(response, { status, body: { code, message: "planted" }, headers });
      return;
    }
    const said = await this.#answer({ operation, url, request, body, trouble });
    this.#options.onRequest?.(operation, true);
    if (trouble?.kind === "lost") {
      response.destroy();
      return;
    }
    answer(response, said);
  }

  #refuses(operation: Operation, request: IncomingMessage): object | undefined {
    const shown = (request.headers.authorization ?? "").replace(/^Bearer /, "");
    if (this.#options.anyToken === true) {
      return shown === "" ? { code: "390101", message: "nobody" } : undefined;
    }
    if (operation === "hostname" || operation === "token") {
      const terms = { lifeMs: 3_600_000, nowMs: Date.now() };
      return refusedToken(request, this.#keys.privateKey, terms);
    }
    return this.#tokens.has(shown) ? undefined : { code: "390303", message: "token expired" };
  }

  async #answer(call: Called): Promise<Said> {
    const { operation, url, body } = call;
    const host = new URL(this.base).host;
    switch (operation) {
      case "hostname":
        return ok({ hostname: host });
      case "token":
        return this.#exchange(call, host);
      case "open":
        return ok(this.#open(url));
      case "append":
        return await this.#append(call);
      case "drop":
        this.#channels.delete(nameIn(url));
        return ok({});
      case "state": {
        const { channel_names: names } = JSON.parse(body.toString()) as { channel_names: string[] };
        return ok({ channel_statuses: await this.#states(names) });
      }
    }
  }

  #exchange({ request, body }: Called, host: string): Said {
    const form = new URLSearchParams(body.toString());
    const right =
      request.headers["content-type"] === "application/x-www-form-urlencoded" &&
      form.get("grant_type") === "urn:ietf:params:oauth:grant-type:jwt-bearer" &&
      form.get("scope") === host;
    if (!right) {
      return { status: 400, body: { code: "390000", message: "no grant for this scope" } };
    }
    const token = randomUUID();
    this.#tokens.add(token);
    return ok({ token });
  }

  #channel(name: string): Channel {
    const known = this.#channels.get(name);
    const fresh = { client: 0, row: 0, code: "SUCCESS", committed: null, parsed: 0 };
    const channel = known ?? { ...fresh, waiting: [], refused: 0 };
    this.#channels.set(name, channel);
    return channel;
  }

  #open(url: URL): object {
    const name = nameIn(url);
    const channel = this.#channel(name);
    channel.client += 1;
    channel.row = 0;
    channel.code = "SUCCESS";
    // What was taken and not committed is gone with the client that sent it.
    channel.waiting = [];
    return { next_continuation_token: tokenOf(channel), channel_status: stateOf(name, channel) };
  }

  async #append({ url, request, body, trouble }: Called): Promise<Said> {
    const channel = this.#channels.get(nameIn(url));
    if (channel === undefined) {
      const code = "ERR_CHANNEL_DOES_NOT_EXIST_OR_IS_NOT_AUTHORIZED";
      return { status: 404, body: { code, message: "no such channel" } };
    }
    if (trouble?.kind === "invalidated" || channel.code !== "SUCCESS") {
      channel.code = "ERR_CHANNEL_MUST_BE_REOPENED";
      return { status: 409, body: { code: channel.code, message: "reopen it" } };
    }
    if (url.searchParams.get("continuationToken") !== tokenOf(channel)) {
      return { status: 400, body: STALE };
    }
    if (body.length > PAYLOAD_BYTES_MAX) {
      return { status: 413, body: { code: "PAYLOAD_TOO_LARGE", message: `${body.length}` } };
    }
    const plain = request.headers["content-encoding"] === "gzip" ? gunzipSync(body) : body;
    const text = plain.toString();
    if (request.headers["content-type"] !== "application/x-ndjson" || !text.endsWith("\n")) {
      return { status: 400, body: { code: "INVALID_PAYLOAD", message: "not NDJSON" } };
    }
    const rows = text
      .slice(0, -1)
      .split("\n")
      .map((line) => JSON.parse(line) as Row);
    const refused = trouble?.kind === "row refused" ? 1 : 0;
    const last = url.searchParams.get("endOffsetToken") ?? "";
    channel.waiting.push({ rows: rows.slice(refused), last, refused });
    channel.row += 1;
    while (channel.waiting.length > 1) {
      await this.#commit(channel);
    }
    return ok({ next_continuation_token: tokenOf(channel) });
  }

  /** Rows are committed a request later than they are taken, and the last of them when somebody asks. */
  async #commit(channel: Channel): Promise<void> {
    const next = channel.waiting.shift();
    if (next !== undefined) {
      channel.committed = next.last;
      channel.parsed += next.rows.length + next.refused;
      channel.refused += next.refused;
      await this.#options.onCommit(next.rows);
    }
  }

  async #states(names: readonly string[]): Promise<object> {
    const states: Record<string, object> = {};
    for (const name of names) {
      const channel = this.#channels.get(name);
      if (channel !== undefined) {
        await this.#commit(channel);
        states[name] = stateOf(name, channel);
      }
    }
    return states;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#http.closeAllConnections();
    await new Promise((resolve) => {
      this.#http.close(resolve);
    });
  }
}

interface Called {
  readonly operation: Operation;
  readonly url: URL;
  readonly request: IncomingMessage;
  readonly body: Buffer;
  readonly trouble: Trouble | undefined;
}

interface Said {
  readonly status: number;
  readonly body: object;
  readonly headers?: Readonly<Record<string, string>>;
}

function ok(body: object): Said {
  return { status: 200, body };
}

function operationOf(method: string, path: string): Operation | undefined {
  if (path === "/v2/streaming/hostname") {
    return "hostname";
  }
  if (path === "/oauth/token") {
    return "token";
  }
  const rest = ROOT.exec(path)?.[4] ?? "";
  if (rest.endsWith(":bulk-channel-status")) {
    return "state";
  }
  const calls = { PUT: "open", POST: "append", DELETE: "drop" } as const;
  return rest.includes("/channels/") ? calls[method as keyof typeof calls] : undefined;
}

/** Names of channels are told apart by their capitals only where a status is asked for. */
function nameIn(url: URL): string {
  const name = /\/channels\/([^/]+)(\/rows)?$/.exec(url.pathname)?.[1] ?? "";
  return decodeURIComponent(name).toUpperCase();
}

function tokenOf({ client, row }: Channel): string {
  return `${client}_${row}`;
}

function stateOf(name: string, channel: Channel): object {
  return {
    channel_name: name,
    channel_status_code: channel.code,
    last_committed_offset_token: channel.committed,
    rows_parsed: channel.parsed,
    rows_inserted: channel.parsed - channel.refused,
    rows_error_count: channel.refused,
    last_error_message: channel.refused > 0 ? "a value does not fit" : null,
  };
}

function answer(response: ServerResponse, { status, body, headers = {} }: Said): void {
  response.writeHead(status, { "content-type": "application/json", ...headers });
  response.end(JSON.stringify(body));
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) {
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks);
}
