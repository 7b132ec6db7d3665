/** Lends connections to queries: few at a time, waiters in order, all of them bounded. */

import { setTimeout as sleep } from "node:timers/promises";
import type { DuckDBConnection, DuckDBPreparedStatement } from "@duckdb/node-api";
import { Turns } from "../../query/turns.ts";
import type { Engine } from "../connect.ts";

/** Each running query takes a thread of libuv's pool and a share of the memory. */
const AT_ONCE_MAX = 4;
const CLOSE_WAIT_MS = 2000;

/** A connection lent out; giving it back ends its transaction. */
export interface Lease extends AsyncDisposable {
  readonly connection: DuckDBConnection;
  prepared: DuckDBPreparedStatement | undefined;
  interruptOn(signal: AbortSignal): void;
}

export class Leases implements AsyncDisposable {
  readonly #engine: Engine;
  readonly #idle: DuckDBConnection[] = [];
  readonly #turns = new Turns(AT_ONCE_MAX);
  readonly #lent = new Set<DuckDBConnection>();

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  async take(signal: AbortSignal): Promise<Lease> {
    await this.#turns.take(signal);
    try {
      signal.throwIfAborted();
      const connection = this.#idle.pop() ?? (await this.#engine.connect());
      this.#lent.add(connection);
      return this.#lend(connection);
    } catch (thrown) {
      this.#turns.next();
      throw thrown;
    }
  }

  #lend(connection: DuckDBConnection): Lease {
    let heard: AbortSignal | undefined;
    const interrupt = (): void => connection.interrupt();
    const lease: Lease = {
      connection,
      prepared: undefined,
      interruptOn: (signal) => {
        heard = signal;
        signal.addEventListener("abort", interrupt, { once: true });
      },
      [Symbol.asyncDispose]: async () => {
        heard?.removeEventListener("abort", interrupt);
        lease.prepared?.destroySync();
        await this.#giveBack(connection);
      },
    };
    return lease;
  }

  async #giveBack(connection: DuckDBConnection): Promise<void> {
    this.#lent.delete(connection);
    try {
      // A connection whose transaction does not end is not lent again.
      await connection.run("ROLLBACK");
      this.#idle.push(connection);
    } catch {
      connection.closeSync();
    } finally {
      this.#turns.next();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#turns.close();
    for (const connection of this.#lent) {
      connection.interrupt();
    }
    // Those that run end at once and give their connections back; a reader that walked away is not waited for long.
    for (let waitedMs = 0; this.#lent.size > 0 && waitedMs < CLOSE_WAIT_MS; waitedMs += 10) {
      await sleep(10);
    }
    for (const connection of this.#idle.splice(0)) {
      connection.closeSync();
    }
  }
}
