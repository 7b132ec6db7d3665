/** Batches for the models: reads by themselves, writes as one script. */

import type { Batch, BatchExecute } from "../../../seams/execute.ts";
import type { Cell, ResultColumn } from "../../../seams/query.ts";
import { rowsOf, type Running, type Transport } from "./client/transport.ts";
import { toStatement } from "./query/words.ts";

/** A rebuild of a large model is one statement. */
const TIMEOUT_MS = 3_600_000;

export function openExecute(transport: Transport): BatchExecute {
  return new SnowflakeExecute(transport);
}

class SnowflakeExecute implements BatchExecute {
  readonly dialect = "snowflake";
  readonly #transport: Transport;
  #stop = new AbortController();

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  async rows(sql: string): Promise<readonly (readonly Cell[])[]> {
    return await rowsOf(await this.#transport.ask(toStatement(sql).sql, this.#running()));
  }

  async columns(sql: string): Promise<readonly ResultColumn[]> {
    return (await this.#transport.ask(toStatement(sql).sql, this.#running())).columns;
  }

  async batch({ prepare, commit }: Batch): Promise<void> {
    const inside = commit.length === 0 ? [] : ["BEGIN TRANSACTION", ...commit, "COMMIT"];
    const script = [...prepare, ...inside].map((statement) => toStatement(statement).sql);
    await this.#transport.script(script, this.#running());
  }

  interrupt(): void {
    this.#stop.abort();
    this.#stop = new AbortController();
  }

  #running(): Running {
    return { timeoutMs: TIMEOUT_MS, signal: this.#stop.signal };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
  }
}
