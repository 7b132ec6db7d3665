/** The real books over a simulated run, on the real engine: its tables are filled with what the modelled warehouse holds. */

import type { Clock } from "../../base/clock.ts";
import { DEAD_LETTER_COLUMNS } from "../../base/dead-letter.ts";
import {
  type Column,
  DEAD_LETTERS,
  DELIVERED_COLUMNS,
  isEngineStream,
  LOADED_COLUMNS,
} from "../../base/record.ts";
import type { Plan } from "../../plan/plan.ts";
import type { Execute } from "../../seams/execute.ts";
import type { Front } from "../../runtime/front.ts";
import { openPipelineBooks } from "../../runtime/books.ts";
import type { Lake } from "../../stages/lake/index.ts";
import { forgetRuns } from "../../stages/models/index.ts";
import { openWarehouse, type Warehouse } from "../../stages/warehouse/index.ts";
import type { HouseFile, HouseRow } from "../warehouse/house.ts";
import { modelName } from "../warehouse/models.ts";

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
    return new BooksDesk(warehouse, execute);
  }

  /** What does not balance, one sentence each. */
  async close(ground: BooksGround): Promise<readonly string[]> {
    // One text: each statement by itself would be a way to the engine's thread and back, and a run has thirty.
    const statements = fill(ground.plan, ground.file).join(";\n");
    await this.#execute.transaction((transaction) => transaction.run(statements));
    const { plan, front, lake } = ground;
    const users = plan.streams.filter(({ name }) => !isEngineStream(name));
    const models = users.map(({ name }) => ({ name: modelName(name), streams: [name] }));
    const { query } = this.#warehouse;
    const parts = { plan, front, lake, query, poisoned: () => [], models: () => models };
    const verification = await openPipelineBooks(parts).verify({
      deep: ground.deep,
      patienceMs: 0,
    });
    const wrong = verification.findings.filter(({ state }) => state !== "BALANCED");
    return wrong.map(({ state, account, says }) => `books ${state} ${account}: ${says}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#execute[Symbol.asyncDispose]();
    await this.#warehouse[Symbol.asyncDispose]();
  }
}

function fill(plan: Plan, file: HouseFile): string[] {
  const statements = ["_loads", "row_counts", "_model_marks"].map(
    (table) => `DELETE FROM ${table}`,
  );
  for (const { name, table, row } of plan.streams) {
    const own = name === DEAD_LETTERS;
    const rows = own ? file.letters : file.of(name);
    const columns: readonly Column[] = own ? DEAD_LETTER_COLUMNS : row;
    statements.push(`DELETE FROM ${quoteName(own ? "dead_letters" : table)}`);
    statements.push(...insertRows(own ? "dead_letters" : table, columns, rows));
  }
  const ledger = file.ledger.map(({ load, manifest, rows }) => {
    const { stream, cut, object, records, planHash } = manifest;
    const stored = [object?.name, records, rows, 0];
    const bytes = [object?.bytes ?? 0, object?.sha256, planHash];
    return `(${[load, stream, cut, ...stored].map(literal).join(", ")}, now()::TIMESTAMP, ${bytes.map(literal).join(", ")})`;
  });
  const runs = file.runs.map(({ model, from, to, inserted, updated }, run) => {
    const counts = [inserted + updated, inserted + updated, inserted, updated, 0, 0];
    const values = [run + 1, model, ...counts].map(literal).join(", ");
    return `(${values}, now()::TIMESTAMP, now()::TIMESTAMP, ${from}, ${to})`;
  });
  for (const [stream, { rows }] of file.models) {
    statements.push(...fillModel(modelName(stream), [...rows.keys()], file.runs.length));
  }
  return [...statements, ...insert("_loads", ledger), ...insert("row_counts", runs)];
}

/** The model's table, and how many rows its newest run left, as the models themselves write it down. */
function fillModel(name: string, ids: readonly string[], run: number): string[] {
  const rows = ids.map((id) => `(${literal(id)})`);
  const mark = `(${literal(name)}, '', ${ids.length}, '', ${run})`;
  return [
    `CREATE OR REPLACE TABLE ${quoteName(name)} (id VARCHAR)`,
    ...insert(quoteName(name), rows),
    ...insert("_model_marks", [mark]),
  ];
}

function insertRows(
  table: string,
  columns: readonly Column[],
  rows: readonly HouseRow[],
): string[] {
  const written = [...columns, ...DELIVERED_COLUMNS];
  const names = [...written, ...LOADED_COLUMNS].map(({ name }) => quoteName(name));
  const values = rows.map(({ members, object, line, load }) => {
    const cells = written.map(({ name }) => literal(members[name]));
    const lineage = [object, line, load].map(literal);
    return `(${[...cells, ...lineage].join(", ")}, now()::TIMESTAMP)`;
  });
  return insert(`${quoteName(table)} (${names.join(", ")})`, values);
}

function insert(into: string, values: readonly string[]): string[] {
  return values.length === 0 ? [] : [`INSERT INTO ${into} VALUES ${values.join(", ")}`];
}

function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

function literal(value: unknown): string {
  if (value === null || value === undefined) {
    return "NULL";
  }
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return typeof value === "number" ? text : `'${text.replaceAll("'", "''")}'`;
}
