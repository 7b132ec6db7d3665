/** Rows of a stream's delivered objects: object after object, from a cut and a line on, within bounds of bytes and time. */

import { Fault } from "../../../base/faults.ts";
import type { Column, ColumnType } from "../../../base/record.ts";
import { lakeColumns } from "../../../plan/endpoints/lake-endpoint.ts";
import type { StreamPlan } from "../../../plan/plan.ts";
import type { StoredPart } from "../../../seams/announce.ts";
import { DELIVERED_ROWS, type Objects } from "../../../seams/objects.ts";
import type { Cell, ResultColumn, RowFormat } from "../../../seams/query.ts";
import { wrong } from "../asked.ts";
import type { Bounds, Rows, RowsPage } from "../rows.ts";
import { pageText } from "../rows-text.ts";
import type { ReadSource } from "../source.ts";
import { countRows, type Filter, type Question, selectRows } from "../sql.ts";
import type { Cuts } from "./cuts.ts";

/** The engine's types of columns; the same as a stream's table has. */
const TYPES: Readonly<Record<ColumnType, string>> = {
  text: "VARCHAR",
  integer: "BIGINT",
  number: "DOUBLE",
  boolean: "BOOLEAN",
  date: "DATE",
  timestamp: "TIMESTAMP",
  json: "JSON",
};

function toColumn({ name, type }: Column): ResultColumn {
  return { name, type: TYPES[type] };
}

export function lakeSource(stream: Pick<StreamPlan, "row">): ReadSource {
  return {
    sql: DELIVERED_ROWS,
    columns: lakeColumns(stream).map(toColumn),
    order: [{ name: "_line", type: "BIGINT" }],
    strict: true,
    lasting: false,
    ordered: true,
  };
}

export interface LakeRowsOptions {
  readonly stream: string;
  readonly cuts: Cuts;
  readonly objects: Objects;
  readonly scanBytesMax: number;
}

interface Place {
  readonly cut: number;
  /** The last line of it that was served. */
  readonly line: number;
}

export class LakeRows implements Rows {
  readonly cursorValues = 2;
  readonly #options: LakeRowsOptions;

  constructor(options: LakeRowsOptions) {
    this.#options = options;
  }

  /**
   * A page ends at its last row, and also, maybe without any, where it has read as many bytes or as long as it may: its
   * cursor goes on from there. One object is read at least, so that pages come to an end.
   */
  async page(question: Question & { readonly limit: number }, bounds: Bounds): Promise<RowsPage> {
    const { limit } = question;
    const started = performance.now();
    const after = toPlace(question.after);
    const columns = columnsOf(question);
    const rows: (readonly Cell[])[] = [];
    let [last, bytes] = [after, 0];
    for await (const { cut, part } of this.#parts(question.filters, after.cut)) {
      // As soon as a row fits behind a full page there is another page; the row itself is not needed.
      const wanted = Math.max(1, limit - rows.length + 1);
      const late = performance.now() - started > bounds.timeoutMs / 2;
      if (bytes > 0 && (late || bytes + part.bytes > this.#options.scanBytesMax)) {
        return { columns, rows, next: [cut, 0] };
      }
      bytes += part.bytes;
      const line = cut === after.cut ? after.line : 0;
      const found = await this.#read(part, { ...question, limit: wanted, line }, bounds);
      const shown = found.slice(0, limit - rows.length);
      rows.push(...shown.map((row) => row.slice(1)));
      last = shown.length > 0 ? { cut, line: Number(shown.at(-1)?.[0]) } : last;
      if (found.length > shown.length) {
        return { columns, rows, next: [last.cut, last.line] };
      }
    }
    return { columns, rows, next: undefined };
  }

  async count(question: Question, bounds: Bounds): Promise<number> {
    const { filters } = question;
    const parts = filters.length === 0 ? undefined : await this.#within(filters, bounds);
    let sum = 0;
    if (parts === undefined) {
      for await (const { part } of this.#parts(filters, 0)) {
        sum += part.records;
      }
      return sum;
    }
    for (const part of parts) {
      const { sql, params } = countRows(question);
      const { rows } = await this.#over(part).run(sql, { ...bounds, params });
      sum += Number(rows[0]?.[0] ?? 0);
    }
    return sum;
  }

  async *stream(question: Question, format: RowFormat, bounds: Bounds): AsyncIterable<string> {
    const parts = await this.#within(question.filters, bounds);
    const { sql, params } = selectRows(question);
    const empty = { columns: columnsOf(question), rows: [], next: undefined, total: undefined };
    const head = pageText("csv", empty);
    if (format === "csv") {
      yield head;
    }
    for (const part of parts) {
      let begun = format !== "csv";
      const chunks = this.#over(part).stream(sql, format, { ...bounds, params, nested: true });
      for await (const chunk of chunks) {
        // Each object's answer begins with the names; they are said once.
        const text = begun ? chunk : chunk.slice(head.length);
        begun = true;
        if (text !== "") {
          yield text;
        }
      }
    }
  }

  /** All objects that may have rows. Throws SCAN_TOO_LARGE before any of them is read. */
  async #within(filters: readonly Filter[], { signal }: Bounds): Promise<readonly StoredPart[]> {
    const { scanBytesMax: bytesMax, stream } = this.#options;
    const parts: StoredPart[] = [];
    let bytes = 0;
    for await (const { part } of this.#parts(filters, 0)) {
      signal?.throwIfAborted();
      bytes += part.bytes;
      if (bytes > bytesMax) {
        throw new Fault("SCAN_TOO_LARGE", { stream, bytesMax });
      }
      parts.push(part);
    }
    return parts;
  }

  async *#parts(filters: readonly Filter[], from: number): AsyncGenerator<Named> {
    for await (const manifest of this.#options.cuts.fitting(filters, from)) {
      const { object: part, cut } = manifest;
      if (part !== undefined) {
        yield { cut, part };
      }
    }
  }

  async #read(
    part: StoredPart,
    { line, ...question }: Question & { readonly line: number },
    bounds: Bounds,
  ): Promise<readonly (readonly Cell[])[]> {
    if (line >= part.records) {
      return [];
    }
    const after = line === 0 ? undefined : [String(line)];
    const { sql, params } = selectRows({ ...question, after });
    const { rows } = await this.#over(part).run(sql, { ...bounds, params });
    return rows;
  }

  #over(part: StoredPart): ReturnType<Objects["over"]> {
    return this.#options.objects.over({ stream: this.#options.stream, part });
  }
}

interface Named {
  readonly cut: number;
  readonly part: StoredPart;
}

function toPlace(after: Question["after"]): Place {
  const [cut = 0, line = 0] = (after ?? []).map(Number);
  if (!Number.isSafeInteger(cut) || !Number.isSafeInteger(line)) {
    throw wrong("cursor", "it names no place in the lake; begin again without a cursor");
  }
  return { cut, line };
}

function columnsOf({ source, columns }: Question): readonly ResultColumn[] {
  const types = new Map(source.columns.map(({ name, type }) => [name, type]));
  return columns.map((name) => ({ name, type: types.get(name) ?? "VARCHAR" }));
}
