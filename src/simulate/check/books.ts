/** The real books over a simulated run, on the real engine: its tables are filled with what the modelled warehouse holds. */

import type { Clock } from "../../base/clock.ts";
import { Fault } from "../../base/faults.ts";
import { isEngineStream } from "../../base/record.ts";
import type { Plan } from "../../plan/plan.ts";
import type { RowQuery } from "../../books/index.ts";
import type { Execute, Transaction } from "../../seams/execute.ts";
import type { Verification } from "../../seams/verify.ts";
import type { Front } from "../../runtime/front.ts";
import { openPipelineBooks } from "../../runtime/books.ts";
import type { Lake } from "../../stages/lake/index.ts";
import { forgetRuns } from "../../stages/models/index.ts";
import { openWarehouse, type Warehouse } from "../../stages/warehouse/index.ts";
import type { HouseFile } from "../warehouse/house.ts";
import { modelName } from "../warehouse/models.ts";
import { fill, literal } from "./fill.ts";

export interface BooksGround {
  readonly plan: Plan;
  readonly file: HouseFile;
  readonly front: Front;
  readonly lake: Lake;
  readonly clock: Clock;
  /** Reads the whole log and every object again. */
  readonly deep: boolean;
}

const MEMORY_BYTES = 268_435_456;
/** Over tables of a few dozen rows, making a plan better takes longer than the plan. */
const UNPOLISHED = "PRAGMA disable_optimizer";

/** An engine that is filled again for each run of one plan: opening one takes longer than a run. */
export class BooksDesk implements AsyncDisposable {
  readonly #warehouse: Warehouse;
  readonly #execute: Execute;

  private constructor(warehouse: Warehouse, execute: Execute) {
    this.#warehouse = warehouse;
    this.#execute = execute;
  }

  static async open(plan: Plan): Promise<BooksDesk> {
    const warehouse = await openWarehouse({ readable: [], threads: 1, memoryBytes: MEMORY_BYTES });
    await warehouse.ensure(plan);
    const execute = await warehouse.execute();
    await forgetRuns(execute);
    await execute.transaction((transaction) => transaction.run(UNPOLISHED));
    return new BooksDesk(warehouse, execute);
  }

  /** What does not balance, one sentence each. */
  async close(ground: BooksGround): Promise<readonly string[]> {
    const closed = Promise.withResolvers<Verification>();
    // What is filled in is never committed: the tables are empty again for the next run.
    await this.#execute
      .transaction(async (transaction) => {
        // One text: each statement by itself would be a way to the engine's thread and back.
        await transaction.run(fill(ground.plan, ground.file).join(";\n"));
        closed.resolve(await verify(ground, transaction));
        throw new Fault("QUERY_CANCELLED", { ms: 0 });
      })
      .catch(closed.reject);
    const { findings } = await closed.promise;
    const wrong = findings.filter(({ state }) => state !== "BALANCED");
    return wrong.map(({ state, account, says }) => `books ${state} ${account}: ${says}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#execute[Symbol.asyncDispose]();
    await this.#warehouse[Symbol.asyncDispose]();
  }
}

/** Closes the books by questions asked within the transaction that filled the tables. */
async function verify(ground: BooksGround, transaction: Transaction): Promise<Verification> {
  const { plan, front, lake, deep } = ground;
  const users = plan.streams.filter(({ name }) => !isEngineStream(name));
  const models = users.map(({ name }) => ({ name: modelName(name), streams: [name] }));
  // With values in its text a question is one way to the engine and back; asked by a lease it is six.
  const query: RowQuery = {
    run: async (sql, { params = [] } = {}) => {
      const values = params.values();
      const text = sql.replaceAll("?", () => literal(values.next().value ?? null));
      return { rows: await transaction.rows(text) };
    },
  };
  const parts = { plan, front, lake, query, poisoned: () => [], models: () => models };
  return await openPipelineBooks(parts).verify({ deep, patienceMs: 0 });
}
