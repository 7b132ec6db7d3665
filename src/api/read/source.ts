/** What can be read: tables and SELECTs with their columns as they are now, and the order that names their rows. */

import { assert } from "../../base/assert.ts";
import { Fault } from "../../base/faults.ts";
import {
  DEAD_LETTER_MOVES,
  DELIVERED_COLUMNS,
  ENGINE_TABLES,
  LOADED_COLUMNS,
} from "../../base/record.ts";
import type { EndpointPlan, Plan } from "../../plan/plan.ts";
import type { Query, ResultColumn } from "../../seams/query.ts";
import { quoted } from "./sql.ts";

export interface ReadSource {
  /** What stands behind FROM. */
  readonly sql: string;
  readonly columns: readonly ResultColumn[];
  /** Columns that together name one row. */
  readonly order: readonly ResultColumn[];
  /** No column of the order is ever null. */
  readonly strict: boolean;
  /** A row that is there stays as it is until it goes, and no other ever gets its key. */
  readonly lasting: boolean;
  /** Rows come in that order by themselves, so that a page ends the reading. */
  readonly ordered: boolean;
}

/** A model's table and the columns that name its rows; none for one that is made whole each time. */
export interface ModelTable {
  readonly name: string;
  readonly key: readonly string[];
}

interface SourceMeans {
  readonly plan: Plan;
  readonly query: Query;
  /** Changes when any table's content does. */
  readonly position: () => string;
  readonly models: () => Promise<readonly ModelTable[]>;
  /** Whether nobody but this life's loads writes streams' tables. */
  readonly alone: boolean;
}

/** Columns that Millrace adds to rows; a read API leaves them out unless they are named. */
export const LINEAGE: ReadonlySet<string> = new Set(
  [...DELIVERED_COLUMNS, ...LOADED_COLUMNS].map(({ name }) => name),
);
const LOAD_ORDER = ["_load", "_line"];
const LETTER_ORDER = ["received_at", "id", "stage", "member"];
/** Types whose values have an order and a text that gives them back. */
const PLAIN =
  /^(?:VARCHAR|BOOLEAN|(?:U?(?:TINY|SMALL|BIG|HUGE)?INT(?:EGER)?)|FLOAT|DOUBLE|DECIMAL\(.*|DATE|TIME|TIMESTAMP.*)$/;
const KEPT_MAX = 500;
const TIMEOUT_MS = 10_000;

export class Sources {
  readonly #means: SourceMeans;
  readonly #kept = new Map<string, { position: string; source: Promise<ReadSource> }>();
  #made: { position: string; models: Promise<readonly ModelTable[]> } | undefined;

  constructor(means: SourceMeans) {
    this.#means = means;
  }

  /** Names of all tables there are to read. */
  async tables(): Promise<readonly string[]> {
    const { plan } = this.#means;
    const streams = plan.streams.map(({ table }) => table);
    const made = (await this.#models()).map(({ name }) => name);
    return [...new Set([...streams, ...made, ...ENGINE_TABLES])];
  }

  /** Throws TABLE_UNKNOWN. */
  async ofTable(table: string): Promise<ReadSource> {
    const known = await this.tables();
    if (!known.includes(table)) {
      throw new Fault("TABLE_UNKNOWN", { table, known: known.join(", ") });
    }
    return await this.#keep(`table ${table}`, () =>
      this.#look(quoted(table), this.#orderOf(table)),
    );
  }

  /** Of one that reads tables. */
  async ofEndpoint({ name, from, order }: EndpointPlan): Promise<ReadSource> {
    assert(from.kind !== "lake", "what reads the lake asks no table");
    return await this.#keep(`endpoint ${name}`, () => {
      const sql = from.kind === "table" ? quoted(from.table) : `(\n${from.select}\n)`;
      const own = from.kind === "table" ? this.#orderOf(from.table) : Promise.resolve(undefined);
      return this.#look(
        sql,
        order === undefined ? own : Promise.resolve({ columns: order, strict: false }),
      );
    });
  }

  /** The models' files are read again when the data has moved on. */
  #models(): Promise<readonly ModelTable[]> {
    const position = this.#means.position();
    if (this.#made?.position !== position) {
      this.#made = { position, models: this.#means.models() };
    }
    return this.#made.models;
  }

  async #orderOf(table: string): Promise<Order | undefined> {
    const { plan } = this.#means;
    if (table === "dead_letters" || table === "open_dead_letters") {
      return { columns: LETTER_ORDER, strict: false };
    }
    if (table === DEAD_LETTER_MOVES || plan.streams.some((stream) => stream.table === table)) {
      return { columns: LOAD_ORDER, strict: true };
    }
    const key = (await this.#models()).find(({ name }) => name === table)?.key ?? [];
    return key.length === 0 ? undefined : { columns: key, strict: true };
  }

  /** A table may get columns while it is read: what is kept holds for one position of the data. */
  #keep(name: string, look: () => Promise<ReadSource>): Promise<ReadSource> {
    const position = this.#means.position();
    const kept = this.#kept.get(name);
    if (kept?.position === position) {
      return kept.source;
    }
    const source = look();
    if (this.#kept.size >= KEPT_MAX) {
      this.#kept.clear();
    }
    this.#kept.set(name, { position, source });
    source.catch(() => this.#kept.delete(name));
    return source;
  }

  async #look(sql: string, wanted: Promise<Order | undefined>): Promise<ReadSource> {
    const { columns } = await this.#means.query.run(`SELECT * FROM ${sql} AS t LIMIT 0`, {
      timeoutMs: TIMEOUT_MS,
    });
    const order = await wanted;
    if (order !== undefined) {
      const found = order.columns.map((name) => ({ name, type: typeOf(columns, name) }));
      // Rows of loads: nobody changes them, and the number of a load is given once.
      const lasting = this.#means.alone && order.columns === LOAD_ORDER;
      return { sql, columns, order: found, strict: order.strict, lasting, ordered: false };
    }
    // Nothing names a row: all plain columns do, and equal rows are numbered.
    const plain = columns.filter(({ type }) => PLAIN.test(type));
    const list = plain.map(({ name }) => quoted(name)).join(", ");
    const over = list === "" ? "" : `PARTITION BY ${list}`;
    return {
      sql: `(SELECT *, row_number() OVER (${over}) AS _twin FROM ${sql} AS s)`,
      columns,
      order: [...plain, { name: "_twin", type: "BIGINT" }],
      strict: false,
      lasting: false,
      ordered: false,
    };
  }
}

interface Order {
  readonly columns: readonly string[];
  readonly strict: boolean;
}

/** Throws QUERY_FAILED for a column that is not there. */
export function typeOf(columns: readonly ResultColumn[], name: string): string {
  const found = columns.find((column) => column.name.toLowerCase() === name.toLowerCase());
  if (found === undefined) {
    throw new Fault("QUERY_FAILED", { cause: `there is no column ${name}` });
  }
  return found.type;
}
