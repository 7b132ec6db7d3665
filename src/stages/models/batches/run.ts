/** One run of one model on an engine without sessions: reads first, decides here, then writes in one piece. */

import type { Clock } from "../../../base/clock.ts";
import { causeOf, Fault } from "../../../base/faults.ts";
import type { Batch, BatchExecute } from "../../../seams/execute.ts";
import { BOOK_TABLES, nextRun, number, readHeads, readMarks } from "../books.ts";
import type { Model } from "../files/graph.ts";
import { refuser } from "../files/parse.ts";
import {
  bounded,
  loadOf,
  loadRange,
  type ModelEngine,
  type RunOutcome,
  runsSql,
} from "../progress.ts";
import { type Due, planRun } from "../ranges.ts";
import { requireColumns } from "../sessions/look.ts";
import { filled, quoteName, quoteText } from "../sql.ts";
import { mergeBatch, type PlannedRun, UNBALANCED, viewBatch, wholeBatch } from "./statements.ts";

export function openBatches(execute: BatchExecute, clock: Clock): ModelEngine {
  return {
    ensure: () => execute.batch({ prepare: BOOK_TABLES, commit: [] }),
    runs: (model) => number(execute, runsSql(model)),
    async run(model) {
      try {
        return await runOnce(execute, clock, model);
      } catch (thrown) {
        throw thrown instanceof Fault && thrown.code !== "QUERY_CANCELLED"
          ? thrown
          : toModelFault(model, thrown);
      }
    },
    interrupt: () => execute.interrupt(),
  };
}

async function runOnce(execute: BatchExecute, clock: Clock, model: Model): Promise<RunOutcome> {
  const started = clock.now();
  const marks = await readMarks(execute, model.name);
  const newest = await readHeads(execute, model);
  const whole = planRun(model, marks, newest);
  const newestLoad = loadOf(model, newest);
  const rowsSql = `SELECT coalesce(max(position), 0) FROM _model_marks WHERE source = '' AND model = ${quoteText(model.name)}`;
  if (whole === undefined) {
    const rows = await number(execute, rowsSql);
    return { counts: undefined, rows, load: newestLoad, newestLoad };
  }
  const heads = whole.rebuild ? newest : await bounded(execute, model, { due: whole, newest });
  const due = planRun(model, marks, heads) ?? whole;
  const run = await nextRun(execute);
  await execute.batch(await batchOf(execute, { model, due, heads, run, started }));
  const counts = await readCounts(execute, model, run);
  return { counts, rows: await number(execute, rowsSql), load: loadOf(model, heads), newestLoad };
}

type Wanted = Pick<PlannedRun, "model" | "due" | "heads" | "run" | "started">;

async function batchOf(execute: BatchExecute, wanted: Wanted): Promise<Batch> {
  const { model, due } = wanted;
  const drop = await dropOther(execute, model);
  const found = await execute.columns(
    `SELECT * FROM (${filled(model.select, model, due)}) AS made LIMIT 0`,
  );
  const columns = found.map(({ name }) => name);
  const shape = found.map(({ name, type }) => `${name} ${type}`).join(", ");
  const reshape = drop.length > 0 || (await shapeOf(execute, model)) !== shape;
  if (reshape && !due.rebuild && model.kind === "incremental") {
    // A raw table that grew gives `select *` another shape: all rows get it, not only the new ones.
    return await batchOf(execute, { ...wanted, due: everything(due) });
  }
  const planned = { ...wanted, columns, reshape, loads: loadRange(model, due) };
  const batch = batchFor(planned);
  return { ...batch, prepare: [...drop, ...batch.prepare] };
}

function batchFor(planned: PlannedRun): Batch {
  switch (planned.model.kind) {
    case "view":
      return viewBatch(planned);
    case "table":
      return wholeBatch(planned);
    default:
      requireColumns(
        planned.model,
        planned.columns.map((name) => ({ name })),
      );
      return mergeBatch(planned);
  }
}

function everything({ ranges }: Due): Due {
  const whole = [...ranges].map(([key, { to }]) => [key, { from: 0, to }] as const);
  return { rebuild: true, ranges: new Map(whole) };
}

/** What stands under the model's name and is of another kind makes room. */
async function dropOther(execute: BatchExecute, model: Model): Promise<readonly string[]> {
  const kind = await kindOf(execute, model);
  const wanted = model.kind === "view" ? "view" : "table";
  return kind === undefined || kind === wanted ? [] : [`DROP ${kind} ${quoteName(model.name)}`];
}

async function kindOf(execute: BatchExecute, { name }: Model): Promise<string | undefined> {
  const sql = `SELECT table_type FROM information_schema.tables WHERE table_schema = current_schema()
    AND lower(table_name) = ${quoteText(name)}`;
  const [row] = await execute.rows(sql);
  return row === undefined ? undefined : /view/i.test(String(row[0])) ? "view" : "table";
}

async function shapeOf(execute: BatchExecute, model: Model): Promise<string | undefined> {
  if ((await kindOf(execute, model)) === undefined) {
    return undefined;
  }
  const columns = await execute.columns(`SELECT * FROM ${quoteName(model.name)} LIMIT 0`);
  return columns.map(({ name, type }) => `${name} ${type}`).join(", ");
}

async function readCounts(
  execute: BatchExecute,
  model: Model,
  run: number,
): Promise<RunOutcome["counts"]> {
  const sql = `SELECT rows_in, rows_out, inserted, updated, duplicates, set_aside FROM row_counts
    WHERE run = ${run} AND model = ${quoteText(model.name)}`;
  const [row] = await execute.rows(sql);
  if (row === undefined) {
    return undefined;
  }
  const [rowsIn = 0, rowsOut = 0, inserted = 0, updated = 0, duplicates = 0, setAside = 0] =
    row.map(Number);
  return { rowsIn, rowsOut, inserted, updated, duplicates, setAside };
}

/** What the SQL itself gets wrong is told with its place; anything else may pass by itself. */
function toModelFault(model: Model, thrown: unknown): Fault {
  const cause = causeOf(thrown);
  const broken = new RegExp(`${UNBALANCED} (sum|rule (\\d+)) (\\d+)`).exec(cause);
  if (broken !== null) {
    const rule =
      model.conserve[Number(broken[2])]?.sql ??
      "rows out = inserted + updated + duplicates + set aside";
    const facts = `it did not hold over ${broken[3] ?? "0"} row(s) out`;
    return new Fault("MODEL_UNBALANCED", { model: model.name, rule, facts }, thrown);
  }
  return /SQL compilation error/i.test(cause)
    ? refuser(model.name, model.file)(model.selectLine, cause)
    : new Fault("MODEL_FAILED", { model: model.name, cause }, thrown);
}
