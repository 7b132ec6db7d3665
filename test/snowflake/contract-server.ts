/**
 * Snowflake's SQL API as its reference documents it, over a database in memory: tokens proved with the public key, 202
 * and polling, partitions, several statements in one session, one run per request id, cancelling; and faults on demand.
 */

import { generateKeyPairSync, type KeyObject, randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { gzipSync } from "node:zlib";
import { type DuckDBConnection, DuckDBInstance } from "@duckdb/node-api";
import { refusedToken } from "./key-proof.ts";
import { toResult, type Result } from "./results.ts";

/** What goes wrong with the next requests, one entry each. */
export type Trouble =
  | { readonly kind: "status"; readonly status: number; readonly code?: string }
  /** The statement runs, and the answer is lost on its way. */
  | { readonly kind: "lost" };

export interface Planted {
  readonly pattern: RegExp;
  readonly result: Result;
}

export interface ContractServer extends AsyncDisposable {
  readonly base: string;
  readonly privateKey: KeyObject;
  readonly troubles: Trouble[];
  /** Bodies of the statements that were run, in their order. */
  readonly ran: Readonly<Record<string, unknown>>[];
  /** Statements that somebody cancelled. */
  readonly cancelled: string[];
  /** Requests, `METHOD path`. */
  readonly heard: string[];
  /** What is answered to statements of a kind that the database in memory does not know. */
  readonly planted: Planted[];
  /** How long a token may live, at the most; and how old one may be before it is over. */
  tokenLifeMs: number;
  /** How long a statement is waited for before its handle is answered. */
  syncMs: number;
  /** The time that tokens are held against, in ms. */
  now: () => number;
}

interface Run {
  readonly handle: string;
  readonly connection: DuckDBConnection;
  done: Promise<void>;
  result?: Result;
  handles?: readonly string[];
  failure?: { readonly code: string; readonly message: string; readonly sqlState: string };
}

const PARTITION_ROWS = 500;
const ASYNC_MS = 5;

export async function startContractServer(): Promise<ContractServer> {
  const server = new Server(await DuckDBInstance.create(":memory:"));
  await server.listen();
  return server;
}

class Server implements ContractServer {
  readonly #http = createServer((request, response) => void this.#serve(request, response));
  readonly #database: DuckDBInstance;
  readonly #runs = new Map<string, Run>();
  readonly #requests = new Map<string, string>();
  readonly #keys = generateKeyPairSync("rsa", { modulusLength: 2048 });
  readonly troubles: Trouble[] = [];
  readonly ran: Readonly<Record<string, unknown>>[] = [];
  readonly cancelled: string[] = [];
  readonly heard: string[] = [];
  readonly planted: Planted[] = [];
  tokenLifeMs = 3_600_000;
  syncMs = 200;
  now: () => number = Date.now;

  constructor(database: DuckDBInstance) {
    this.#database = database;
  }

  get base(): string {
    return `http://127.0.0.1:${(this.#http.address() as AddressInfo).port}`;
  }

  get privateKey(): KeyObject {
    return this.#keys.privateKey;
  }

  async listen(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#http.listen(0, "127.0.0.1", resolve);
    });
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? "/", this.base);
    this.heard.push(`${request.method} ${url.pathname}`);
    const text = await bodyOf(request);
    const refused = this.#refuses(request);
    if (refused !== undefined) {
      answer(response, 401, refused);
      return;
    }
    const trouble = this.troubles.shift();
    if (trouble?.kind === "status") {
      const { status, code = "390505" } = trouble;
      answer(response, status, { code, message: "planted" });
      return;
    }
    if (url.pathname.endsWith("/cancel")) {
      this.#cancel(url.pathname.split("/").at(-2) ?? "");
      answer(response, 200, { code: "000604", sqlState: "57014", message: "canceled" });
      return;
    }
    const run =
      request.method === "POST" ? await this.#submit(url, text) : this.#runs.get(lastOf(url));
    if (trouble?.kind === "lost") {
      await run?.done;
      response.destroy();
      return;
    }
    const waitMs =
      request.method === "POST" && !url.searchParams.has("async") ? this.syncMs : ASYNC_MS;
    await this.#tell(response, run, { url, waitMs });
  }

  #refuses(request: IncomingMessage): object | undefined {
    const terms = { lifeMs: this.tokenLifeMs, nowMs: this.now() };
    return refusedToken(request, this.#keys.privateKey, terms);
  }

  async #submit(url: URL, text: string): Promise<Run> {
    const id = url.searchParams.get("requestId") ?? randomUUID();
    const known = this.#runs.get(this.#requests.get(id) ?? "");
    if (known !== undefined) {
      return known;
    }
    const connection = await this.#database.connect();
    const run: Run = { handle: randomUUID(), connection, done: Promise.resolve() };
    this.#runs.set(run.handle, run);
    this.#requests.set(id, run.handle);
    const body = JSON.parse(text) as Record<string, unknown>;
    this.ran.push(body);
    run.done = this.#execute(run, body);
    return run;
  }

  async #execute(run: Run, body: Readonly<Record<string, unknown>>): Promise<void> {
    const parameters = (body["parameters"] ?? {}) as Record<string, string>;
    const wanted = Number(parameters["MULTI_STATEMENT_COUNT"] ?? 1);
    const { connection } = run;
    const planted = this.planted.find(({ pattern }) => pattern.test(String(body["statement"])));
    if (planted !== undefined) {
      run.result = planted.result;
      return;
    }
    try {
      const extracted = await connection.extractStatements(String(body["statement"]));
      if (extracted.count !== wanted) {
        const message = `Actual statement count ${extracted.count} did not match the desired statement count ${wanted}.`;
        run.failure = { code: "000008", message, sqlState: "0A000" };
        return;
      }
      const results: Result[] = [];
      for (let at = 0; at < wanted; at += 1) {
        const prepared = await extracted.prepare(at);
        results.push(await toResult(prepared, body["bindings"]));
      }
      if (wanted === 1) {
        run.result = results[0] ?? { types: [], rows: [] };
      } else {
        run.handles = results.map((result) => this.#keep(run, result));
      }
    } catch (thrown) {
      const message = `SQL compilation error: ${String(thrown)}`;
      const stopped = message.includes("Interrupted");
      run.failure = stopped
        ? { code: "000604", message: "SQL execution canceled", sqlState: "57014" }
        : { code: "000904", message, sqlState: "42000" };
      await connection.run("ROLLBACK").catch(() => {});
    }
  }

  #keep({ connection }: Run, result: Result): string {
    const handle = randomUUID();
    this.#runs.set(handle, { handle, connection, done: Promise.resolve(), result });
    return handle;
  }

  #cancel(handle: string): void {
    this.cancelled.push(handle);
    this.#runs.get(handle)?.connection.interrupt();
  }

  async #tell(
    response: ServerResponse,
    run: Run | undefined,
    { url, waitMs }: { readonly url: URL; readonly waitMs: number },
  ): Promise<void> {
    if (run === undefined) {
      answer(response, 422, { code: "000709", message: "Statement not found", sqlState: "02000" });
      return;
    }
    const { handle } = run;
    const state = await Promise.race([run.done.then(() => "done"), pause(waitMs, "running")]);
    if (state === "running") {
      answer(response, 202, { code: "333334", message: "in progress", statementHandle: handle });
    } else if (run.failure !== undefined) {
      answer(response, 422, { ...run.failure, statementHandle: handle });
    } else if (run.handles !== undefined) {
      const body = { code: "090001", statementHandle: handle, statementHandles: run.handles };
      answer(response, 200, { ...body, data: [["Multiple statements executed successfully."]] });
    } else {
      const partition = Number(url.searchParams.get("partition") ?? 0);
      answerRows(response, run.result ?? { types: [], rows: [] }, { handle, partition });
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#runs.forEach(({ connection }) => connection.interrupt());
    this.#http.closeAllConnections();
    await new Promise((resolve) => {
      this.#http.close(resolve);
    });
    this.#database.closeSync();
  }
}

function answerRows(
  response: ServerResponse,
  { types, rows }: Result,
  { handle, partition }: { readonly handle: string; readonly partition: number },
): void {
  const data = rows.slice(partition * PARTITION_ROWS, (partition + 1) * PARTITION_ROWS);
  if (partition > 0) {
    answerPacked(response, { data });
    return;
  }
  const count = Math.max(1, Math.ceil(rows.length / PARTITION_ROWS));
  const partitionInfo = Array.from({ length: count }, (_part, at) => ({
    rowCount: Math.min(PARTITION_ROWS, rows.length - at * PARTITION_ROWS),
  }));
  const meta = { numRows: rows.length, format: "jsonv2", rowType: types, partitionInfo };
  const body = { code: "090001", sqlState: "00000", statementHandle: handle, data };
  answer(response, 200, { ...body, resultSetMetaData: meta });
}

function answer(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { "content-type": "application/json" });
  response.end(JSON.stringify(body));
}

/** Partitions behind the first come packed, whoever asks. */
function answerPacked(response: ServerResponse, body: object): void {
  response.writeHead(200, { "content-type": "application/json", "content-encoding": "gzip" });
  response.end(gzipSync(JSON.stringify(body)));
}

function lastOf(url: URL): string {
  return url.pathname.split("/").at(-1) ?? "";
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) {
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks).toString("utf8");
}
