/** One run of one model: everything it writes is one transaction, and its counts must add up. */

import type { Clock, Instant } from "../../../base/clock.ts";
import { causeOf, Fault } from "../../../base/faults.ts";
import type { Execute, Transaction } from "../../../seams/execute.ts";
import {
  type Counts,
  nextRun,
  number,
  readHeads,
  readMarks,
  writeMarks,
  writeRun,
} from "../books.ts";
import type { Model } from "../files/graph.ts";
import { type Merged, mergeRun } from "./merge.ts";
import { dropOther } from "./look.ts";
import { refuser } from "../files/parse.ts";
import { bounded, loadOf, loadRange, type RunOutcome } from "../progress.ts";
import { type Due, planRun } from "../ranges.ts";
import { filled, OUT, outStatement, quoteName } from "../sql.ts";

const NO_ROWS: Counts = {
  rowsIn: 0,
  rowsOut: 0,
  inserted: 0,
  updated: 0,
  duplicates: 0,
  setAside: 0,
};

export interface RunContext {
  readonly execute: Execute;
  readonly clock: Clock;
}

/** Throws MODEL_INVALID, MODEL_FAILED, MODEL_UNBALANCED; nothing of the run is kept then. */
export async function runModel(context: RunContext, model: Model): Promise<RunOutcome> {
  const started = context.clock.now();
  try {
    return await context.execute.transaction((transaction) =>
      runInside(transaction, model, { clock: context.clock, started }),
    );
  } catch (thrown) {
    throw thrown instanceof Fault ? thrown : toModelFault(model, thrown);
  }
}

/** What the SQL itself gets wrong is told with its place; anything else may pass by itself. */
function toModelFault(model: Model, thrown: unknown): Fault {
  const cause = causeOf(thrown);
  return /Parser Error|Binder Error|Catalog Error: (?:Scalar|Table)/.test(cause)
    ? refuser(model.name, model.file)(model.selectLine, cause)
    : new Fault("MODEL_FAILED", { model: model.name, cause }, thrown);
}

interface Moment {
  readonly clock: Clock;
  readonly started: Instant;
}

async function runInside(
  transaction: Transaction,
  model: Model,
  moment: Moment,
): Promise<RunOutcome> {
  const marks = await readMarks(transaction, model.name);
  const newest = await readHeads(transaction, model);
  const whole = planRun(model, marks, newest);
  const newestLoad = loadOf(model, newest);
  if (whole === undefined) {
    return {
      counts: undefined,
      rows: await rowsOf(transaction, model),
      load: newestLoad,
      newestLoad,
    };
  }
  const heads = whole.rebuild ? newest : await bounded(transaction, model, { due: whole, newest });
  const planned = planRun(model, marks, heads) ?? whole;
  const run = await nextRun(transaction);
  const { counts, due } = await runKind(transaction, model, planned);
  const rows = await rowsOf(transaction, model);
  await writeMarks(transaction, model, { run, heads, rows });
  const [loadFrom, loadTo] = loadRange(model, due);
  // A model made for the first time over tables without rows has not run: it is only there now.
  const ran = model.kind !== "view" && (counts.rowsIn > 0 || loadTo > 0);
  if (ran) {
    await checkRules(transaction, model, due);
    const row = { ...counts, model: model.name, run, loadFrom, loadTo };
    await writeRun(transaction, { ...row, started: moment.started, finished: moment.clock.now() });
  }
  return { counts: ran ? counts : undefined, rows, load: loadOf(model, heads), newestLoad };
}

async function runKind(transaction: Transaction, model: Model, due: Due): Promise<Merged> {
  if (model.kind === "incremental") {
    return await mergeRun(transaction, model, due);
  }
  const select = filled(model.select, model, due);
  const name = quoteName(model.name);
  await dropOther(transaction, model);
  if (model.kind === "view") {
    await transaction.run(`CREATE OR REPLACE VIEW ${name} AS ${select}`);
    return { counts: NO_ROWS, due };
  }
  await transaction.run(outStatement(model, due));
  const rowsIn = await rowsIntoWhole(transaction, model);
  const rowsOut = await number(transaction, `SELECT count(*) FROM ${OUT}`);
  await transaction.run(`CREATE OR REPLACE TABLE ${name} AS SELECT * FROM ${OUT}`);
  const inserted = await number(transaction, `SELECT count(*) FROM ${name}`);
  return { counts: { ...NO_ROWS, rowsIn, rowsOut, inserted }, due };
}

async function rowsIntoWhole(transaction: Transaction, model: Model): Promise<number> {
  let rows = 0;
  for (const { name } of model.sources) {
    rows += await number(transaction, `SELECT count(*) FROM ${quoteName(name)}`);
  }
  return rows;
}

async function rowsOf(transaction: Transaction, model: Model): Promise<number> {
  return model.kind === "view"
    ? 0
    : await number(transaction, `SELECT count(*) FROM ${quoteName(model.name)}`);
}

async function checkRules(transaction: Transaction, model: Model, due: Due): Promise<void> {
  for (const { sql, line } of model.conserve) {
    let held: unknown;
    try {
      held = (await transaction.rows(`SELECT (${filled(sql, model, due)})`))[0]?.[0];
    } catch (thrown) {
      throw refuser(model.name, model.file)(line, `@conserve: ${causeOf(thrown)}`);
    }
    if (held !== true) {
      throw new Fault("MODEL_UNBALANCED", {
        model: model.name,
        rule: sql,
        facts: `it gave ${String(held)}`,
      });
    }
  }
}
