/** Wide rows in memory: an engine of columns takes tens of milliseconds for a few; the newest ones are read ahead. */

import type { Cell, Query, ResultSet } from "../../../seams/query.ts";
import type { ReadSource } from "../source.ts";
import { type SparseRow, sparseBytes, toDense, toSparse } from "./sparse-row.ts";
import { selectUpTo } from "../sql.ts";

interface Slice {
  /** By `_line` from the slice's first one on; undefined while they are on their way. */
  rows: readonly (SparseRow | undefined)[] | undefined;
  bytes: number;
  /** Never fails. */
  readonly read: Promise<void>;
}

/** Where a row is kept. */
interface Slot {
  readonly slice: string;
  readonly load: string;
  readonly first: number;
  readonly at: number;
}

export interface KeptRowsLimits {
  readonly bytesMax: number;
  /** Slices that wait to be read; what is missing beyond is not ordered. */
  readonly waitingMax: number;
}

const LIMITS: KeptRowsLimits = { bytesMax: 100_663_296, waitingMax: 256 };
const SLICE_LINES = 512;
/** Slices of one page beyond which the engine reads the page itself. */
const SLICES_PER_PAGE = 64;
/** Slices read ahead after a question; small loads have one each. */
const AHEAD_MAX = 256;
const SLICE_BYTES = 512;
const TIMEOUT_MS = 10_000;

/** Of sources whose rows never change (`lasting`) alone. */
export class KeptRows {
  readonly #query: Query;
  readonly #limits: KeptRowsLimits;
  /** In the order of their last use. */
  readonly #slices = new Map<string, Slice>();
  /** The end of what is being read: one slice after the other, so that questions keep the engine. */
  #tail: Promise<void> = Promise.resolve();
  #waiting = 0;
  #held = 0;
  /** The newest load that was read ahead, by table; tables that are being read ahead now. */
  readonly #ahead = new Map<string, string>();
  readonly #reading = new Set<string>();

  constructor(query: Query, limits: KeptRowsLimits = LIMITS) {
    this.#query = query;
    this.#limits = limits;
  }

  /** Bytes it holds now, estimated. */
  get held(): number {
    return this.#held;
  }

  /**
   * The rows of these keys in their order, each behind its key, as `selectRows` gives them. Undefined when one of them
   * is not kept, and nobody else asks: the engine is quicker once, and the slices are read for the questions to come.
   * While slices are being read, what is missing is waited for: many questions at once cost one reading.
   */
  async of(
    source: ReadSource,
    columns: readonly string[],
    keys: readonly (readonly Cell[])[],
  ): Promise<ResultSet | undefined> {
    const slots = keys.map((key) => toSlot(source, key));
    const wanted = new Map(slots.map((slot) => [slot.slice, slot]));
    if (wanted.size > SLICES_PER_PAGE) {
      return undefined;
    }
    const missing = [...wanted.values()].filter(({ slice }) => !this.#slices.has(slice));
    const busy = this.#waiting > 0;
    missing.forEach((slot) => this.#order(source, slot));
    if (missing.length > 0) {
      void this.#readAhead(source);
    }
    if (missing.length > 0 && !busy) {
      return undefined;
    }
    const slices = new Map([...wanted.keys()].map((name) => [name, this.#use(name)]));
    await Promise.all([...slices.values()].map(async (slice) => await slice?.read));
    const { shown, places } = layOut(source, columns);
    const rows: (readonly Cell[])[] = [];
    for (const [at, key] of keys.entries()) {
      const slot = slots[at];
      const row = slot && slices.get(slot.slice)?.rows?.[slot.at];
      if (row === undefined) {
        return undefined;
      }
      rows.push([...key, ...toDense(row, places, shown.length)]);
    }
    return { columns: [...source.order, ...shown], rows };
  }

  #use(name: string): Slice | undefined {
    const slice = this.#slices.get(name);
    if (slice !== undefined) {
      this.#slices.delete(name);
      this.#slices.set(name, slice);
    }
    return slice;
  }

  #order(source: ReadSource, slot: Slot): void {
    if (this.#waiting >= this.#limits.waitingMax) {
      return;
    }
    this.#waiting += 1;
    const read = this.#tail.then(() => this.#read(source, slot));
    this.#tail = read;
    this.#slices.set(slot.slice, { rows: undefined, bytes: 0, read });
  }

  /** What cannot be read is forgotten: who asks for it next reads it by itself, and is told the cause. */
  async #read(source: ReadSource, slot: Slot): Promise<void> {
    try {
      const rows = await this.#fetch(source, slot);
      const slice = this.#slices.get(slot.slice);
      if (slice !== undefined) {
        slice.rows = rows;
        slice.bytes = rows.reduce((sum, row) => sum + sparseBytes(row), SLICE_BYTES);
        this.#held += slice.bytes;
        this.#dropOldest();
      }
    } catch {
      this.#slices.delete(slot.slice);
    } finally {
      this.#waiting -= 1;
    }
  }

  async #fetch(source: ReadSource, { load, first }: Slot): Promise<(SparseRow | undefined)[]> {
    const filters = [
      { column: "_load", type: "BIGINT", match: "exact", values: [load] },
      { column: "_line", type: "BIGINT", match: "from", values: [first] },
    ] as const;
    const columns = source.columns.map(({ name }) => name);
    const last = [load, String(first + SLICE_LINES - 1)];
    const { sql, params } = selectUpTo({ source, columns, filters }, last);
    const options = { params, rowsMax: SLICE_LINES, timeoutMs: TIMEOUT_MS };
    const { rows } = await this.#query.run(sql, options);
    const kept: (SparseRow | undefined)[] = Array.from({ length: SLICE_LINES });
    for (const [, line, ...cells] of rows) {
      kept[Number(line) - first] = toSparse(cells);
    }
    return kept;
  }

  /** The newest loads since the last time, up to half of what may be held. Never fails. */
  async #readAhead(source: ReadSource): Promise<void> {
    const table = nameOf(source);
    if (this.#reading.has(table)) {
      return;
    }
    this.#reading.add(table);
    try {
      for (const slot of await this.#newest(source)) {
        if (this.#held > this.#limits.bytesMax / 2) {
          break;
        }
        if (!this.#slices.has(slot.slice)) {
          this.#order(source, slot);
          await this.#tail;
        }
      }
    } catch {
      // Questions are answered without, and the next one tries again.
    } finally {
      this.#reading.delete(table);
    }
  }

  async #newest(source: ReadSource): Promise<readonly Slot[]> {
    const table = nameOf(source);
    const since = this.#ahead.get(table) ?? "0";
    const sql = `SELECT _load, min(_line), max(_line) FROM ${source.sql} WHERE _load > $1::BIGINT
      GROUP BY _load ORDER BY _load DESC LIMIT ${AHEAD_MAX}`;
    const options = { params: [since], rowsMax: AHEAD_MAX, timeoutMs: TIMEOUT_MS };
    const { rows } = await this.#query.run(sql, options);
    this.#ahead.set(table, String(rows[0]?.[0] ?? since));
    return rows.flatMap((row) => slotsOf(source, row)).slice(0, AHEAD_MAX);
  }

  #dropOldest(): void {
    for (const [name, { bytes, rows }] of this.#slices) {
      if (this.#held <= this.#limits.bytesMax) {
        return;
      }
      if (rows !== undefined) {
        this.#slices.delete(name);
        this.#held -= bytes;
      }
    }
  }
}

/** A table only ever gets more columns; its rows are read again then, with all of them. */
function nameOf({ sql, columns }: ReadSource): string {
  return `${columns.length} ${sql}`;
}

function toSlot(source: ReadSource, [load, line]: readonly Cell[]): Slot {
  const at = Number(line) % SLICE_LINES;
  const first = Number(line) - at;
  return { slice: `${load}.${first} ${nameOf(source)}`, load: String(load), first, at };
}

/** All slices of a load, whose first and last line are given. */
function slotsOf(source: ReadSource, [load = null, from, to]: readonly Cell[]): readonly Slot[] {
  const { first: begin } = toSlot(source, [load, from ?? null]);
  const count = Math.floor((Number(to) - begin) / SLICE_LINES) + 1;
  return Array.from({ length: count }, (_, at) => toSlot(source, [load, begin + at * SLICE_LINES]));
}

/** The columns that are shown, and for each of the source's columns its place among them. */
function layOut(
  { columns: all }: ReadSource,
  columns: readonly string[],
): { readonly shown: ReadSource["columns"]; readonly places: readonly (number | undefined)[] } {
  const place = new Map(columns.map((name, at) => [name, at]));
  const byName = new Map(all.map((column) => [column.name, column]));
  return {
    shown: columns.flatMap((name) => byName.get(name) ?? []),
    places: all.map(({ name }) => place.get(name)),
  };
}
