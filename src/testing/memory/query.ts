/** A query seam in memory, for tests: SQLite behind the same promises. */

import { DatabaseSync } from "node:sqlite";
import { setImmediate as turn } from "node:timers/promises";
import { causeOf, Fault } from "../../base/faults.ts";
import { LIMITS } from "../../base/limits.ts";
import type {
  Cell,
  Query,
  QueryOptions,
  ResultColumn,
  ResultSet,
  RowFormat,
} from "../../seams/query.ts";

const TIMEOUT_MS = 30_000;
const CHUNK_ROWS = 500;

export interface MemoryQuery extends Query, Disposable {
  /** Runs statements that make tables and rows for a test. */
  prepare(sql: string): void;
}

export function openMemoryQuery(): MemoryQuery {
  return new SqliteQuery();
}

interface Part {
  readonly columns: readonly ResultColumn[];
  readonly rows: readonly (readonly Cell[])[];
}

class SqliteQuery implements MemoryQuery {
  readonly #database = new DatabaseSync(":memory:");

  prepare(sql: string): void {
    this.#database.exec(`PRAGMA query_only = OFF; ${sql}`);
  }

  async run(sql: string, options: QueryOptions = {}): Promise<ResultSet> {
    const rowsMax = options.rowsMax ?? LIMITS.queryRowsMax;
    const rows: (readonly Cell[])[] = [];
    let columns: readonly ResultColumn[] = [];
    for await (const part of this.#parts(sql, options)) {
      columns = part.columns;
      rows.push(...part.rows);
      if (rows.length > rowsMax) {
        throw new Fault("QUERY_TOO_LARGE", { rowsMax });
      }
    }
    return { columns, rows };
  }

  async *stream(sql: string, format: RowFormat, options: QueryOptions = {}): AsyncIterable<string> {
    let sent = 0;
    yield format === "json" ? "[" : "";
    for await (const { columns, rows } of this.#parts(sql, options)) {
      const names = columns.map(({ name }) => name);
      if (format === "csv") {
        yield [...(sent === 0 ? [names] : []), ...rows].map(csvLine).join("");
      } else {
        const texts = rows.map((row) =>
          JSON.stringify(Object.fromEntries(names.map((name, at) => [name, row[at]]))),
        );
        const comma = format === "json" ? "," : "\n";
        yield `${sent > 1 && rows.length > 0 && format === "json" ? "," : ""}${texts.join(comma)}`;
        yield format === "ndjson" && rows.length > 0 ? "\n" : "";
      }
      sent += rows.length + 1;
    }
    yield format === "json" ? "]" : "";
  }

  /** The first part has no rows, so that columns come even when there is none. */
  async *#parts(sql: string, options: QueryOptions): AsyncGenerator<Part> {
    const until = performance.now() + (options.timeoutMs ?? TIMEOUT_MS);
    const began = performance.now();
    const check = (): void => {
      if (options.signal?.aborted === true || performance.now() > until) {
        throw new Fault("QUERY_CANCELLED", { ms: Math.round(performance.now() - began) });
      }
    };
    check();
    try {
      const { columns, cells } = this.#begin(sql, options.params ?? []);
      yield { columns, rows: [] };
      let rows: Cell[][] = [];
      for (const row of cells) {
        rows.push(row.map(narrow));
        if (rows.length === CHUNK_ROWS) {
          check();
          yield { columns, rows };
          rows = [];
          await turn();
        }
      }
      yield { columns, rows };
    } catch (thrown) {
      throw thrown instanceof Fault ? thrown : refusal(causeOf(thrown));
    }
  }

  #begin(
    sql: string,
    params: readonly Cell[],
  ): { columns: readonly ResultColumn[]; cells: Iterable<Cell[]> } {
    if (/;\s*\S/.test(sql.replaceAll(/'(?:[^']|'')*'/g, ""))) {
      throw refusal("one statement at a time");
    }
    // SQLite lets temporary tables through in this mode, so the first word is looked at too.
    this.#database.exec("PRAGMA query_only = ON");
    if (!/^\s*(?:select|with|values)\b/i.test(sql)) {
      throw refusal("only SELECT, WITH and VALUES are queries");
    }
    const statement = this.#database.prepare(sql);
    statement.setReadBigInts(true);
    statement.setReturnArrays(true);
    const given = params.map((value) => (typeof value === "boolean" ? Number(value) : value));
    const columns = statement.columns().map(({ name, type }) => ({ name, type: type ?? "" }));
    return { columns, cells: statement.iterate(...given) as unknown as Iterable<Cell[]> };
  }

  [Symbol.dispose](): void {
    this.#database.close();
  }
}

function narrow(cell: Cell): Cell {
  return typeof cell === "bigint" && Number.isSafeInteger(Number(cell)) ? Number(cell) : cell;
}

function csvLine(row: readonly Cell[]): string {
  const cells = row.map((cell) => {
    const text = String(cell ?? "");
    const plain = cell === null || (text !== "" && !/[",\r\n]/.test(text));
    return plain ? text : `"${text.replaceAll('"', '""')}"`;
  });
  return `${cells.join(",")}\n`;
}

function refusal(cause: string): Fault {
  return new Fault("QUERY_FAILED", { cause });
}
