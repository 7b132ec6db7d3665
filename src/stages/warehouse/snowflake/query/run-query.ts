/** Runs users' queries on Snowflake: a few at a time, each bounded in rows and time, each cancellable. */

import { toFault, Fault } from "../../../../base/faults.ts";
import type { Clock } from "../../../../base/clock.ts";
import { LIMITS } from "../../../../base/limits.ts";
import type {
  Cell,
  Query,
  QueryOptions,
  ResultColumn,
  ResultSet,
  RowFormat,
} from "../../../../seams/query.ts";
import { rowWriter } from "../../query/formats.ts";
import { Turns } from "../../query/turns.ts";
import type { Transport } from "../client/transport.ts";
import { readingOnly } from "./guard.ts";

const TIMEOUT_MS = 30_000;
const AT_ONCE_MAX = 8;
/** Snowflake takes statements of up to a mebibyte. */
const SQL_CHARS_MAX = 1_000_000;
/** Rows of a partition are written in pieces of so many, so that a reader's chunk has a bound. */
const CHUNK_ROWS = 2000;

export function openQuery(transport: Transport, clock: Clock): Query & AsyncDisposable {
  return new SnowflakeQuery(transport, clock);
}

interface Part {
  readonly columns: readonly ResultColumn[];
  readonly rows: readonly (readonly Cell[])[];
}

class SnowflakeQuery implements Query, AsyncDisposable {
  readonly #transport: Transport;
  readonly #clock: Clock;
  readonly #turns = new Turns(AT_ONCE_MAX);
  readonly #closing = new AbortController();

  constructor(transport: Transport, clock: Clock) {
    this.#transport = transport;
    this.#clock = clock;
  }

  async run(sql: string, options: QueryOptions = {}): Promise<ResultSet> {
    const rowsMax = options.rowsMax ?? LIMITS.queryRowsMax;
    const rows: (readonly Cell[])[] = [];
    let columns: readonly ResultColumn[] = [];
    for await (const part of this.#parts(sql, { ...options, rowsMax })) {
      columns = part.columns;
      rows.push(...part.rows);
    }
    return { columns, rows };
  }

  async *stream(sql: string, format: RowFormat, options: QueryOptions = {}): AsyncIterable<string> {
    let sent = 0;
    let tail = "";
    for await (const { columns, rows } of this.#parts(sql, options)) {
      const writer = rowWriter(format, columns, options.nested);
      if (tail === "" && writer.head !== "") {
        yield writer.head;
      }
      tail = writer.tail || " ";
      for (let at = 0; at < rows.length; at += CHUNK_ROWS) {
        const some = rows.slice(at, at + CHUNK_ROWS);
        yield writer.rows(some, sent);
        sent += some.length;
      }
    }
    if (tail.trim() !== "") {
      yield tail;
    }
  }

  /** The first part comes even when there is no row, for its columns. */
  async *#parts(sql: string, options: QueryOptions): AsyncGenerator<Part> {
    const { params = [], rowsMax, timeoutMs = TIMEOUT_MS, signal } = options;
    if (sql.length > SQL_CHARS_MAX) {
      const cause = `the text is longer than ${SQL_CHARS_MAX} characters`;
      throw new Fault("QUERY_FAILED", { cause });
    }
    const statement = readingOnly(sql, params.length);
    const started = this.#clock.now();
    const late = AbortSignal.timeout(timeoutMs);
    const stop = AbortSignal.any([late, this.#closing.signal, ...(signal ? [signal] : [])]);
    let taken = false;
    try {
      await this.#turns.take(stop);
      taken = true;
      const answer = await this.#transport.ask(statement.sql, { params, timeoutMs, signal: stop });
      if (rowsMax !== undefined && answer.count > rowsMax) {
        throw new Fault("QUERY_TOO_LARGE", { rowsMax });
      }
      yield { columns: answer.columns, rows: [] };
      for await (const rows of answer.parts()) {
        stop.throwIfAborted();
        yield { columns: answer.columns, rows };
      }
    } catch (thrown) {
      if (stop.aborted) {
        throw new Fault("QUERY_CANCELLED", { ms: this.#clock.now() - started }, thrown);
      }
      throw toFault(thrown, "QUERY_FAILED");
    } finally {
      if (taken) {
        this.#turns.next();
      }
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#turns.close();
    this.#closing.abort();
  }
}
