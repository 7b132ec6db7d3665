/** What the models write down about themselves: marks of what each has taken in, and a row per run. */

import type { Instant } from "../../base/clock.ts";
import type { BatchExecute, Execute, Transaction } from "../../seams/execute.ts";
import type { Model, Source } from "./files/graph.ts";
import { type Heads, type Marks, sourceKey } from "./ranges.ts";
import { quoteName, quoteText, timestampText } from "./sql.ts";

export const BOOK_TABLES = [
  `CREATE TABLE IF NOT EXISTS _model_marks (model VARCHAR NOT NULL, source VARCHAR NOT NULL, position BIGINT NOT NULL,
    hash VARCHAR NOT NULL, run BIGINT NOT NULL)`,
  `CREATE TABLE IF NOT EXISTS row_counts (run BIGINT NOT NULL, model VARCHAR NOT NULL, rows_in BIGINT NOT NULL,
    rows_out BIGINT NOT NULL, inserted BIGINT NOT NULL, updated BIGINT NOT NULL, duplicates BIGINT NOT NULL,
    set_aside BIGINT NOT NULL, started TIMESTAMP NOT NULL, finished TIMESTAMP NOT NULL, load_from BIGINT NOT NULL,
    load_to BIGINT NOT NULL)`,
];

/** What a run did, counted on the tables themselves. */
export interface Counts {
  readonly rowsIn: number;
  readonly rowsOut: number;
  readonly inserted: number;
  readonly updated: number;
  readonly duplicates: number;
  readonly setAside: number;
}

export interface RunRow extends Counts {
  readonly model: string;
  readonly run: number;
  readonly started: Instant;
  readonly finished: Instant;
  readonly loadFrom: number;
  readonly loadTo: number;
}

/** What only reads is content with either way to an engine. */
type Reader = Pick<Transaction, "rows">;

export async function ensureBooks(transaction: Transaction): Promise<void> {
  for (const statement of BOOK_TABLES) {
    await transaction.run(statement);
  }
}

export async function number(transaction: Reader, sql: string): Promise<number> {
  const [row] = await transaction.rows(sql);
  return Number(row?.[0] ?? 0);
}

export async function readMarks(transaction: Reader, model: string): Promise<Marks | undefined> {
  const rows = await transaction.rows(
    `SELECT source, position, hash, run FROM _model_marks WHERE model = ${quoteText(model)}`,
  );
  const [first] = rows;
  if (first === undefined) {
    return undefined;
  }
  const positions = new Map(rows.map(([source, at]) => [String(source), Number(at)]));
  return { hash: String(first[2]), run: Number(first[3]), positions };
}

export async function writeMarks(
  transaction: Transaction,
  model: Model,
  { run, heads, rows: has }: { readonly run: number; readonly heads: Heads; readonly rows: number },
): Promise<void> {
  await transaction.run(`DELETE FROM _model_marks WHERE model = ${quoteText(model.name)}`);
  const rows = model.sources.map((source) => {
    const key = sourceKey(source);
    const at = heads.get(key) ?? 0;
    return `(${quoteText(model.name)}, ${quoteText(key)}, ${at}, ${quoteText(model.hash)}, ${run})`;
  });
  // A model of constants reads nothing and still has its hash to keep; beside it stands how many rows the model has now,
  // which the books count again.
  rows.push(`(${quoteText(model.name)}, '', ${has}, ${quoteText(model.hash)}, ${run})`);
  await transaction.run(`INSERT INTO _model_marks VALUES ${rows.join(", ")}`);
}

/** Every model is then made anew from all there is, as when its text has changed. */
export async function forgetRuns(execute: Execute | BatchExecute): Promise<void> {
  const forget = "DELETE FROM _model_marks";
  if ("batch" in execute) {
    await execute.batch({ prepare: BOOK_TABLES, commit: [forget] });
    return;
  }
  await execute.transaction(async (transaction) => {
    await ensureBooks(transaction);
    await transaction.run(forget);
  });
}

/** How far each source has come. */
export async function readHeads(transaction: Reader, model: Model): Promise<Heads> {
  const heads = new Map<string, number>();
  for (const source of model.sources) {
    heads.set(sourceKey(source), await headOf(transaction, source));
  }
  return heads;
}

async function headOf(transaction: Reader, source: Source): Promise<number> {
  const { name, stream, how } = source;
  if (stream === "dead_letters") {
    // Every stage writes into this table, so that its own stream's loads do not tell.
    return await number(transaction, `SELECT coalesce(max(_load), 0) FROM ${quoteName(name)}`);
  }
  if (stream !== undefined) {
    const sql = `SELECT coalesce(max(load), 0) FROM _loads WHERE "rows" > 0 AND stream = ${quoteText(stream)}`;
    return await number(transaction, sql);
  }
  const marks = await readMarks(transaction, name);
  if (how === "all") {
    return marks?.run ?? 0;
  }
  const loads = [...(marks?.positions ?? [])].filter(([key]) => key.startsWith("new "));
  return Math.max(0, ...loads.map(([, position]) => position));
}

export async function nextRun(transaction: Reader): Promise<number> {
  const counted =
    "SELECT max(run) AS run FROM row_counts UNION ALL SELECT max(run) FROM _model_marks";
  return (
    (await number(transaction, `SELECT coalesce(max(run), 0) FROM (${counted}) AS counted`)) + 1
  );
}

export async function writeRun(transaction: Transaction, row: RunRow): Promise<void> {
  const { rowsIn, rowsOut, inserted, updated, duplicates, setAside } = row;
  const counts = [rowsIn, rowsOut, inserted, updated, duplicates, setAside].join(", ");
  await transaction.run(
    `INSERT INTO row_counts VALUES (${row.run}, ${quoteText(row.model)}, ${counts},
     ${timestampText(row.started)}, ${timestampText(row.finished)}, ${row.loadFrom}, ${row.loadTo})`,
  );
}
