/** Snowflake's SQL API v2: statements over HTTPS, without a driver and without anything kept between requests. */

// https://docs.snowflake.com/en/developer-guide/sql-api/reference

import { setTimeout as pause } from "node:timers/promises";
import { Fault } from "../../../../base/faults.ts";
import type { Cell } from "../../../../seams/query.ts";
import { type RowType, toBinding, toCell, toColumn } from "./cells.ts";
import { codeOf, type Http, type Reply, textOf, toFault } from "./http.ts";
import { type Answer, type Running, StatementRefused, type Transport } from "./transport.ts";

/** Where statements run; names as Snowflake shows them, in capitals unless they were quoted. */
export interface Session {
  readonly database: string;
  readonly schema: string;
  readonly warehouse: string | undefined;
  readonly role: string | undefined;
}

const STATEMENTS = "/api/v2/statements";
const POLL_MS = { first: 40, max: 2000, factor: 1.6 } as const;
/** Snowflake counts whole seconds and ends the statement itself; only after that do we stop waiting. */
const GRACE_MS = 5000;
/** Execution was cancelled, by us or by its time-out. */
const CANCELLED = new Set(["000604", "000630"]);

export function openSqlApi(http: Http, session: Session): Transport {
  return new SqlApi(http, session);
}

class SqlApi implements Transport {
  readonly #http: Http;
  readonly #session: Session;

  constructor(http: Http, session: Session) {
    this.#http = http;
    this.#session = session;
  }

  async ask(sql: string, running: Running): Promise<Answer> {
    const { params = [] } = running;
    const bound = params.map((cell, at): [string, unknown] => [String(at + 1), toBinding(cell)]);
    const bindings = params.length === 0 ? {} : { bindings: Object.fromEntries(bound) };
    return this.#answer(await this.#run({ statement: sql, ...bindings }, running), running);
  }

  async script(statements: readonly string[], running: Running): Promise<readonly Answer[]> {
    const [only, ...others] = statements;
    if (only !== undefined && others.length === 0) {
      return [await this.ask(only, running)];
    }
    const parameters = { MULTI_STATEMENT_COUNT: String(statements.length) };
    const reply = await this.#run({ statement: statements.join(";\n"), parameters }, running);
    const handles = reply.body["statementHandles"];
    if (!Array.isArray(handles) || handles.length !== statements.length) {
      throw new Fault("WAREHOUSE_DOWN", { cause: "the answer names no handle per statement" });
    }
    return handles.map((handle) => this.#lazy(String(handle), running));
  }

  async #run(body: Readonly<Record<string, unknown>>, running: Running): Promise<Reply> {
    const { signal, timeoutMs } = running;
    const { parameters, ...statement } = body as { parameters?: object };
    const late = AbortSignal.timeout(timeoutMs + GRACE_MS);
    const both = signal === undefined ? late : AbortSignal.any([signal, late]);
    const sent = JSON.stringify({
      ...statement,
      timeout: Math.max(1, Math.ceil(timeoutMs / 1000)),
      database: this.#session.database,
      schema: this.#session.schema,
      ...(this.#session.warehouse && { warehouse: this.#session.warehouse }),
      ...(this.#session.role && { role: this.#session.role }),
      parameters: { TIMEZONE: "UTC", ...parameters },
    });
    let handle: string | undefined;
    try {
      // Whoever may cancel needs the handle at once; the others save a round trip.
      const query: Readonly<Record<string, string>> = signal === undefined ? {} : { async: "true" };
      const call = { method: "POST", path: STATEMENTS, query, body: sent } as const;
      let reply = await this.#http.call({ ...call, signal: both, expects: [408, 422] });
      for (let waitMs: number = POLL_MS.first; reply.status === 202;) {
        handle = String(reply.body["statementHandle"]);
        await pause(waitMs, undefined, { signal: both });
        waitMs = Math.min(POLL_MS.max, waitMs * POLL_MS.factor);
        reply = await this.#get(handle, {}, both);
      }
      return judged(reply, timeoutMs);
    } catch (thrown) {
      if (both.aborted) {
        await this.#cancel(handle);
        throw new Fault("QUERY_CANCELLED", { ms: timeoutMs }, thrown);
      }
      throw thrown;
    }
  }

  #get(
    handle: string,
    query: Readonly<Record<string, string>>,
    signal: AbortSignal | undefined,
  ): Promise<Reply> {
    const path = `${STATEMENTS}/${encodeURIComponent(handle)}`;
    return this.#http.call({ method: "GET", path, query, signal, expects: [408, 422] });
  }

  /** What runs on costs money; that it could not be stopped is told by nobody who still listens. */
  async #cancel(handle: string | undefined): Promise<void> {
    if (handle !== undefined) {
      const path = `${STATEMENTS}/${encodeURIComponent(handle)}/cancel`;
      const signal = AbortSignal.timeout(GRACE_MS);
      await this.#http.call({ method: "POST", path, signal, expects: [422] }).catch(() => {});
    }
  }

  #answer(reply: Reply, { signal }: Running): Answer {
    const { body } = reply;
    const meta = toMeta(body["resultSetMetaData"]);
    const handle = String(body["statementHandle"]);
    const http = this.#get.bind(this);
    async function* parts(): AsyncGenerator<readonly (readonly Cell[])[]> {
      yield toRows(body["data"], meta.types);
      for (let partition = 1; partition < meta.partitions; partition += 1) {
        const next = await http(handle, { partition: String(partition) }, signal);
        yield toRows(judged(next, 0).body["data"], meta.types);
      }
    }
    return { columns: meta.types.map(toColumn), count: meta.count, parts };
  }

  /** An answer that is fetched only when somebody reads it: of a script, most are of no interest. */
  #lazy(handle: string, running: Running): Answer {
    const get = this.#get.bind(this);
    const answer = this.#answer.bind(this);
    return {
      columns: [],
      count: 0,
      async *parts() {
        const reply = judged(await get(handle, {}, running.signal), running.timeoutMs);
        yield* answer(reply, running).parts();
      },
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // Requests are over when their callers are; there is nothing kept between them.
  }
}

function judged(reply: Reply, timeoutMs: number): Reply {
  if (reply.status === 200) {
    return reply;
  }
  if (reply.status === 408 || CANCELLED.has(codeOf(reply))) {
    throw new Fault("QUERY_CANCELLED", { ms: timeoutMs });
  }
  if (reply.status === 422) {
    const state = reply.body["sqlState"];
    const sqlState = typeof state === "string" ? state : "";
    throw new StatementRefused(textOf(reply), codeOf(reply), sqlState);
  }
  throw toFault(reply);
}

interface Meta {
  readonly types: readonly RowType[];
  readonly count: number;
  readonly partitions: number;
}

function toMeta(input: unknown): Meta {
  const meta = (input ?? {}) as {
    rowType?: readonly RowType[];
    numRows?: number;
    partitionInfo?: readonly unknown[];
  };
  const { rowType: types = [], numRows: count = 0, partitionInfo = [] } = meta;
  return { types, count, partitions: Math.max(1, partitionInfo.length) };
}

function toRows(data: unknown, types: readonly RowType[]): readonly (readonly Cell[])[] {
  const rows = Array.isArray(data) ? (data as (readonly (string | null)[])[]) : [];
  return rows.map((row) => types.map((type, at) => toCell(row[at], type)));
}
