/** Transactions for the models, on a connection of their own. */

import type { DuckDBConnection } from "@duckdb/node-api";
import type { Execute, Transaction } from "../../../seams/execute.ts";
import type { Cell } from "../../../seams/query.ts";
import type { Engine } from "./connect.ts";
import { readRows } from "./query/run-query.ts";

export async function openExecute(engine: Engine): Promise<Execute> {
  return new DuckExecute(await engine.connect());
}

class DuckExecute implements Execute {
  readonly #connection: DuckDBConnection;

  constructor(connection: DuckDBConnection) {
    this.#connection = connection;
  }

  async transaction<T>(work: (transaction: Transaction) => Promise<T>): Promise<T> {
    const connection = this.#connection;
    try {
      await connection.run("BEGIN");
      const result = await work({
        run: async (sql: string): Promise<number> => (await connection.run(sql)).rowsChanged,
        rows: (sql: string): Promise<readonly (readonly Cell[])[]> => readRows(connection, sql),
      });
      await connection.run("COMMIT");
      return result;
    } catch (thrown) {
      await connection.run("ROLLBACK").catch(() => {});
      throw thrown;
    }
  }

  interrupt(): void {
    this.#connection.interrupt();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#connection.interrupt();
    this.#connection.closeSync();
  }
}
