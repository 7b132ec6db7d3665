/** What a way to Snowflake offers: one statement with its rows, or several in one session, all or nothing. */

import type { Cell, ResultColumn } from "../../../../seams/query.ts";

/** What a statement is run with. */
export interface Running {
  /** Values of `?`; a script takes none. */
  readonly params?: readonly Cell[];
  /** Snowflake ends the statement after this, and we stop waiting a little later. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

/** An answer: how many rows there are, then the rows in parts of bounded size. */
export interface Answer {
  readonly columns: readonly ResultColumn[];
  readonly count: number;
  readonly parts: () => AsyncIterable<readonly (readonly Cell[])[]>;
}

export interface Transport extends AsyncDisposable {
  /** Runs one statement. Throws StatementRefused, QUERY_CANCELLED, WAREHOUSE_DOWN, WAREHOUSE_LOGIN. */
  ask(sql: string, running: Running): Promise<Answer>;
  /**
   * Runs statements in one session, each after the one before it; the first that fails ends it, and a transaction that
   * is open then is rolled back. Gives the answer of each. Throws as `ask` does.
   */
  script(statements: readonly string[], running: Running): Promise<readonly Answer[]>;
}

/** Snowflake ran a statement and says what is wrong with it. */
export class StatementRefused extends Error {
  override readonly name = "StatementRefused";
  /** Snowflake's number of the error, such as 002003. */
  readonly code: string;
  readonly sqlState: string;

  constructor(message: string, code: string, sqlState: string) {
    super(message);
    this.code = code;
    this.sqlState = sqlState;
  }
}

/** All rows of an answer that is known to be small. */
export async function rowsOf({ parts }: Answer): Promise<readonly (readonly Cell[])[]> {
  const rows: (readonly Cell[])[] = [];
  for await (const part of parts()) {
    rows.push(...part);
  }
  return rows;
}
