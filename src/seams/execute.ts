/** warehouse → models. Reads and writes in transactions: all of one is kept, or nothing. */

import type { Cell } from "./query.ts";

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
