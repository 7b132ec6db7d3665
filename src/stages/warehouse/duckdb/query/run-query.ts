/** Runs users' queries: a few at a time, each bounded in rows and time, each cancellable. */

import type {
  DuckDBConnection,
  DuckDBDataChunk,
  DuckDBPreparedStatement,
  DuckDBResult,
} from "@duckdb/node-api";
import type { Clock } from "../../../../base/clock.ts";
import { Fault } from "../../../../base/faults.ts";
import { LIMITS } from "../../../../base/limits.ts";
import type {
  Cell,
  Query,
  QueryOptions,
  ResultColumn,
  ResultSet,
  RowFormat,
} from "../../../../seams/query.ts";
import type { Engine } from "../connect.ts";
import { toCell } from "./cells.ts";
import { rowWriter } from "../../query/formats.ts";
import { prepareRead, toQueryFault } from "./guard.ts";
import { JudgedTexts } from "./judged-texts.ts";
import { type Lease, Leases } from "./leases.ts";

const TIMEOUT_MS = 30_000;
/** A longer text than this is no question but an attack on the parser. */
const SQL_CHARS_MAX = 1_048_576;

/** Makes a statement of SQL on the connection that will run it. */
export type Prepare = (
  connection: DuckDBConnection,
  sql: string,
) => Promise<DuckDBPreparedStatement>;

/** `prepared` gives the same queries, bounded and lent alike, whose SQL is made a statement in another way. */
export interface Queries extends Query, AsyncDisposable {
  prepared(prepare: Prepare): Query;
}

export function openQuery(engine: Engine, clock: Clock): Queries {
  const judged = new JudgedTexts();
  const prepare: Prepare = (connection, sql) => prepareRead(connection, sql, judged);
  return new DuckQuery(new Leases(engine), clock, prepare);
}

/** What one query gives while it runs. */
interface Running {
  readonly columns: readonly ResultColumn[];
  readonly chunks: AsyncIterable<readonly (readonly Cell[])[]>;
}

class DuckQuery implements Queries {
  readonly #leases: Leases;
  readonly #clock: Clock;
  readonly #prepare: Prepare;

  constructor(leases: Leases, clock: Clock, prepare: Prepare) {
    this.#leases = leases;
    this.#clock = clock;
    this.#prepare = prepare;
  }

  prepared(prepare: Prepare): Query {
    return new DuckQuery(this.#leases, this.#clock, prepare);
  }

  async run(sql: string, options: QueryOptions = {}): Promise<ResultSet> {
    const rowsMax = options.rowsMax ?? LIMITS.queryRowsMax;
    const rows: (readonly Cell[])[] = [];
    let columns: readonly ResultColumn[] = [];
    for await (const part of this.#parts(sql, options)) {
      columns = part.columns;
      if (rows.length + part.rows.length > rowsMax) {
        throw new Fault("QUERY_TOO_LARGE", { rowsMax });
      }
      rows.push(...part.rows);
    }
    return { columns, rows };
  }

  async *stream(sql: string, format: RowFormat, options: QueryOptions = {}): AsyncIterable<string> {
    let sent = 0;
    let tail = "";
    for await (const part of this.#parts(sql, options)) {
      const writer = rowWriter(format, part.columns, options.nested);
      if (options.rowsMax !== undefined && sent + part.rows.length > options.rowsMax) {
        throw new Fault("QUERY_TOO_LARGE", { rowsMax: options.rowsMax });
      }
      const text = `${sent === 0 && tail === "" ? writer.head : ""}${writer.rows(part.rows, sent)}`;
      tail = writer.tail || " ";
      sent += part.rows.length;
      if (text !== "") {
        yield text;
      }
    }
    if (tail.trim() !== "") {
      yield tail;
    }
  }

  /** The first part comes even when there is no row, for its columns. */
  async *#parts(
    sql: string,
    options: QueryOptions,
  ): AsyncGenerator<{ columns: readonly ResultColumn[]; rows: readonly (readonly Cell[])[] }> {
    if (sql.length > SQL_CHARS_MAX) {
      throw new Fault("QUERY_FAILED", {
        cause: `the text is longer than ${SQL_CHARS_MAX} characters`,
      });
    }
    const started = this.#clock.now();
    const stop = new AbortController();
    const timer = setTimeout(() => stop.abort(), options.timeoutMs ?? TIMEOUT_MS);
    const onAbort = (): void => stop.abort();
    options.signal?.addEventListener("abort", onAbort, { once: true });
    if (options.signal?.aborted === true) {
      stop.abort();
    }
    try {
      await using lease = await this.#leases.take(stop.signal);
      const running = await begin(lease, sql, {
        params: options.params ?? [],
        signal: stop.signal,
        prepare: this.#prepare,
      });
      yield { columns: running.columns, rows: [] };
      for await (const rows of running.chunks) {
        stop.signal.throwIfAborted();
        yield { columns: running.columns, rows };
      }
      // An interrupted result just ends, as if it were whole.
      stop.signal.throwIfAborted();
    } catch (thrown) {
      if (stop.signal.aborted) {
        throw new Fault("QUERY_CANCELLED", { ms: this.#clock.now() - started }, thrown);
      }
      throw toQueryFault(thrown);
    } finally {
      clearTimeout(timer);
      options.signal?.removeEventListener("abort", onAbort);
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#leases[Symbol.asyncDispose]();
  }
}

interface Manner {
  readonly params: readonly Cell[];
  readonly signal: AbortSignal;
  readonly prepare: Prepare;
}

/**
 * Prepared anew each time: the engine plans by what columns hold, and a statement kept over a load still answers that no
 * row is above what was the largest value when it was prepared.
 */
async function begin(
  lease: Lease,
  sql: string,
  { params, signal, prepare }: Manner,
): Promise<Running> {
  const { connection } = lease;
  lease.interruptOn(signal);
  await connection.run("BEGIN TRANSACTION READ ONLY");
  const prepared = await prepare(connection, sql);
  lease.prepared = prepared;
  bind(prepared, params);
  signal.throwIfAborted();
  const result = await prepared.stream();
  return { columns: columnsOf(result), chunks: chunksOf(result) };
}

function bind(prepared: DuckDBPreparedStatement, params: readonly Cell[]): void {
  if (prepared.parameterCount !== params.length) {
    const cause = `it has ${prepared.parameterCount} parameters, and ${params.length} were given`;
    throw new Fault("QUERY_FAILED", { cause });
  }
  for (const [at, value] of params.entries()) {
    if (value === null) {
      prepared.bindNull(at + 1);
    } else if (typeof value === "string") {
      prepared.bindVarchar(at + 1, value);
    } else if (typeof value === "boolean") {
      prepared.bindBoolean(at + 1, value);
    } else if (typeof value === "bigint" || Number.isSafeInteger(value)) {
      bindWhole(prepared, at + 1, BigInt(value));
    } else {
      prepared.bindDouble(at + 1, value);
    }
  }
}

function bindWhole(prepared: DuckDBPreparedStatement, at: number, value: bigint): void {
  if (BigInt.asIntN(64, value) === value) {
    prepared.bindBigInt(at, value);
  } else {
    prepared.bindHugeInt(at, value);
  }
}

function columnsOf(result: DuckDBResult): ResultColumn[] {
  return result.columnNames().map((name, at) => {
    // JSON is the engine's alias of a text: by its type alone it could not be told from one.
    const type = result.columnType(at);
    return { name, type: type.alias ?? String(type) };
  });
}

async function* chunksOf(result: DuckDBResult): AsyncGenerator<readonly (readonly Cell[])[]> {
  let chunk = await result.fetchChunk();
  while (chunk !== null && chunk.rowCount > 0) {
    yield toRows(chunk);
    chunk = await result.fetchChunk();
  }
}

function toRows(chunk: DuckDBDataChunk): Cell[][] {
  const columns = chunk.getColumns();
  return Array.from({ length: chunk.rowCount }, (_row, at) =>
    columns.map((column) => toCell(column[at] ?? null)),
  );
}

export async function readRows(
  connection: DuckDBConnection,
  sql: string,
): Promise<readonly (readonly Cell[])[]> {
  const result = await connection.run(sql);
  const rows: Cell[][] = [];
  for (const chunk of await result.fetchAllChunks()) {
    rows.push(...toRows(chunk));
  }
  return rows;
}
