/** Builds the SELECT of a page or of a whole answer: names come from the plan and the catalog, values are bound. Pure. */

import type { Cell } from "../../seams/query.ts";
import type { CursorValues } from "./cursor.ts";
import type { ReadSource } from "./source.ts";

/** One condition a request set, with the values it may have. */
export interface Filter {
  readonly column: string;
  /** The engine's type of the column. */
  readonly type: string;
  readonly match: "exact" | "loose" | "from" | "to";
  readonly values: readonly Cell[];
}

export interface Question {
  readonly source: ReadSource;
  /** Columns of the answer, in order. */
  readonly columns: readonly string[];
  readonly filters: readonly Filter[];
  readonly after?: CursorValues | undefined;
  readonly limit?: number | undefined;
}

export interface Statement {
  readonly sql: string;
  readonly params: readonly Cell[];
}

/** A name between double quotes, whatever it holds. */
export function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** Rows with the columns of their order in front, as long as `limit` is given: the next page begins behind them. */
export function selectRows(question: Question): Statement {
  const { source, limit } = question;
  const paged = limit !== undefined;
  const keys = paged ? source.order.map(({ name }, at) => `t.${quoted(name)} AS _key${at}`) : [];
  const list = [...keys, columnList(question)].join(", ");
  const { sql: where, params } = conditions(question);
  const by = source.order.map(({ name }) => `t.${quoted(name)} NULLS LAST`).join(", ");
  const order = source.ordered ? "" : ` ORDER BY ${by}`;
  const bound = paged ? ` LIMIT ${limit}` : "";
  return { sql: `SELECT ${list} FROM ${source.sql} AS t${where}${order}${bound}`, params };
}

/** The keys alone of what `selectRows` gives, in its order. */
export function selectKeys(question: Question & { readonly limit: number }): Statement {
  const { source, limit } = question;
  const { sql: where, params } = conditions(question);
  const keys = source.order.map(({ name }) => `t.${quoted(name)}`);
  const order = keys.map((name) => `${name} NULLS LAST`).join(", ");
  const sql = `SELECT ${keys.join(", ")} FROM ${source.sql} AS t${where} ORDER BY ${order} LIMIT ${limit}`;
  return { sql, params };
}

/** As `selectRows`, but in no order, and up to the row of the key `last`; of a strict order alone. */
export function selectUpTo(question: Question, last: CursorValues): Statement {
  const { source } = question;
  const keys = source.order.map(({ name }, at) => `t.${quoted(name)} AS _key${at}`);
  const { sql: where, params } = conditions(question, last);
  const list = [...keys, columnList(question)].join(", ");
  return { sql: `SELECT ${list} FROM ${source.sql} AS t${where}`, params };
}

export function countRows(question: Question): Statement {
  const { sql: where, params } = conditions({ ...question, after: undefined });
  return { sql: `SELECT count(*) FROM ${question.source.sql} AS t${where}`, params };
}

/** All columns are named by a star: a list of hundreds costs more to plan than to read. */
function columnList({ source, columns }: Question): string {
  const all = source.columns.map(({ name }) => name);
  const inOrder = columns.length > 50 && all.filter((name) => columns.includes(name));
  if (inOrder !== false && inOrder.join("\0") === columns.join("\0")) {
    const left = all.filter((name) => !columns.includes(name)).map(quoted);
    return left.length === 0 ? "t.*" : `t.* EXCLUDE (${left.join(", ")})`;
  }
  return columns.map((name) => `t.${quoted(name)}`).join(", ");
}

function conditions({ source, filters, after }: Question, last?: CursorValues): Statement {
  const params: Cell[] = [];
  const bind = (value: Cell, type: string): string => {
    params.push(value === null ? null : String(value));
    return `CAST($${params.length} AS ${type})`;
  };
  const parts = filters.map((filter) => condition(filter, bind));
  if (after !== undefined) {
    parts.push(afterwards(source, after, bind));
  }
  if (last !== undefined) {
    parts.push(upTo(source, last, bind));
  }
  return { sql: parts.length === 0 ? "" : ` WHERE ${parts.join(" AND ")}`, params };
}

type Bind = (value: Cell, type: string) => string;

function condition({ column, type, match, values }: Filter, bind: Bind): string {
  const name = `t.${quoted(column)}`;
  switch (match) {
    case "from":
      return `${name} >= ${bind(values[0] ?? null, type)}`;
    case "to":
      return `${name} <= ${bind(values[0] ?? null, type)}`;
    case "loose": {
      const list = values.map((value) => folded(bind(value, "VARCHAR")));
      return `${folded(name)} IN (${list.join(", ")})`;
    }
    case "exact":
      return values.length === 0
        ? "false"
        : `${name} IN (${values.map((value) => bind(value, type)).join(", ")})`;
  }
}

function folded(text: string): string {
  return `lower(trim(regexp_replace(${text}, '\\s+', ' ', 'g')))`;
}

/**
 * Rows behind the cursor in the order of the key. Where no column of the key is ever null the first one alone is a
 * bound by itself, so that the engine skips whole row groups instead of reading again what was served.
 */
function afterwards({ order, strict }: ReadSource, after: CursorValues, bind: Bind): string {
  let rest = "false";
  for (let at = order.length - 1; at >= 0; at -= 1) {
    const { name: column, type } = order[at] ?? { name: "", type: "VARCHAR" };
    const name = `t.${quoted(column)}`;
    const value = after[at] ?? null;
    const same = value === null ? `${name} IS NULL` : `${name} = ${bind(value, type)}`;
    const later = value === null ? "false" : `${name} > ${bind(value, type)}`;
    const beyond = strict || value === null ? later : `(${later} OR ${name} IS NULL)`;
    rest = `(${beyond} OR (${same} AND ${rest}))`;
  }
  const [first] = order;
  const from = after[0] ?? null;
  return strict && first !== undefined && from !== null
    ? `t.${quoted(first.name)} >= ${bind(from, first.type)} AND ${rest}`
    : rest;
}

/** Rows up to the key `last`, that one too, where no column of the key is ever null. */
function upTo({ order }: ReadSource, last: CursorValues, bind: Bind): string {
  let rest = "true";
  for (let at = order.length - 1; at >= 0; at -= 1) {
    const { name: column, type } = order[at] ?? { name: "", type: "VARCHAR" };
    const name = `t.${quoted(column)}`;
    const value = last[at] ?? null;
    rest = `${name} <= ${bind(value, type)} AND (${name} < ${bind(value, type)} OR (${rest}))`;
  }
  return rest;
}
