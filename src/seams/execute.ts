/** warehouse → models. Reads and writes in transactions: all of one is kept, or nothing. */

import type { Cell, ResultColumn } from "./query.ts";

export interface Transaction {
  /** Runs one statement; the number of rows it inserted, updated or deleted. */
  run(sql: string): Promise<number>;
  /** Reads rows, as the query seam gives them. */
  rows(sql: string): Promise<readonly (readonly Cell[])[]>;
}

/** A connection of its own; temporary tables live as long as it does. One transaction at a time. */
export interface Execute extends AsyncDisposable {
  /** Commits when `work` resolves, rolls back and rethrows when it rejects. Sees one state of the database throughout. */
  transaction<T>(work: (transaction: Transaction) => Promise<T>): Promise<T>;
  /** Stops the statement that runs now: it rejects. */
  interrupt(): void;
}

/** Statements of one batch, in their order. */
export interface Batch {
  /** What makes temporary tables; they live as long as the batch, and nothing of them is kept. */
  readonly prepare: readonly string[];
  /** One transaction: all of it is kept, or nothing. One of them may fail on purpose, to undo the others. */
  readonly commit: readonly string[];
}

/** The same for an engine that keeps no session between requests: what is written is said in one piece. */
export interface BatchExecute extends AsyncDisposable {
  readonly dialect: "snowflake";
  /** Reads rows, outside any batch. */
  rows(sql: string): Promise<readonly (readonly Cell[])[]>;
  /** The columns that a SELECT would give. */
  columns(sql: string): Promise<readonly ResultColumn[]>;
  batch(batch: Batch): Promise<void>;
  /** Stops the statement that runs now: it rejects. */
  interrupt(): void;
}
