/** Runs the *.sqltest files beside the models, each case in a database of its own. */

import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { systemClock, toInstant } from "../../base/clock.ts";
import { causeOf, Fault } from "../../base/faults.ts";
import { DELIVERED_COLUMNS, isEngineStream, LOADED_COLUMNS } from "../../base/record.ts";
import type { Plan } from "../../plan/plan.ts";
import type { Execute, Transaction } from "../../seams/execute.ts";
import { ensureBooks } from "./books.ts";
import { readModelFolder } from "./files/folder.ts";
import { type Graph, toGraph } from "./files/graph.ts";
import { runModel } from "./sessions/run.ts";
import { quoteName, quoteText, timestampText } from "./sql.ts";
import { type ExpectStep, type GivenStep, parseSqlTests, type SqlTest } from "./sqltest.ts";

export interface ModelTestOptions {
  readonly plan: Plan;
  /** A connection to a fresh database in memory that has the plan's raw tables. */
  readonly open: () => Promise<Execute>;
}

export interface ModelTestResult {
  readonly file: string;
  readonly name: string;
  readonly line: number;
  /** What is wrong, for people; undefined when nothing is. */
  readonly failure: string | undefined;
}

/** Throws MODEL_INVALID when a model or a test file is not right. */
export async function runModelTests(
  options: ModelTestOptions,
): Promise<readonly ModelTestResult[]> {
  const { models, streams } = options.plan;
  if (models === undefined) {
    return [];
  }
  const { files, faults } = await readModelFolder(models.folder);
  const tables = new Map(streams.map(({ table, name }) => [table, name]));
  const graph = toGraph(files, { tables, snippets: models.snippets });
  for (const fault of [...faults.values(), ...graph.faults.values()]) {
    throw fault;
  }
  const results: ModelTestResult[] = [];
  const names = await readdir(models.folder);
  for (const file of names.filter((name) => name.endsWith(".sqltest")).toSorted()) {
    const text = await readFile(join(models.folder, file), "utf8");
    for (const test of parseSqlTests(text, file)) {
      results.push({
        file,
        name: test.name,
        line: test.line,
        failure: await runTest(options, graph, test),
      });
    }
  }
  return results;
}

async function runTest(
  { plan, open }: ModelTestOptions,
  graph: Graph,
  test: SqlTest,
): Promise<string | undefined> {
  await using execute = await open();
  await execute.transaction(ensureBooks);
  let load = 0;
  for (const step of test.steps) {
    try {
      if (step.kind === "given") {
        load += 1;
        await execute.transaction((transaction) => give(transaction, plan, { step, load }));
      } else {
        await runAll(execute, graph);
        await execute.transaction((transaction) => compare(transaction, step));
      }
    } catch (thrown) {
      return `line ${step.line}: ${causeOf(thrown)}`;
    }
  }
  return undefined;
}

async function runAll(execute: Execute, graph: Graph): Promise<void> {
  for (const model of graph.models) {
    let outcome = await runModel({ execute, clock: systemClock }, model);
    while (outcome.load < outcome.newestLoad) {
      outcome = await runModel({ execute, clock: systemClock }, model);
    }
  }
}

const FIRST_SECOND = Date.UTC(2026, 0, 1);

/** Inserts the rows as one load with its ledger row, with lineage that grows from row to row and load to load. */
async function give(
  transaction: Transaction,
  plan: Plan,
  { step, load }: { step: GivenStep; load: number },
): Promise<void> {
  const { table, columns, rows } = step;
  const stream = plan.streams.find((one) => one.table === table);
  if (stream === undefined || isEngineStream(stream.name)) {
    throw new Fault("QUERY_FAILED", { cause: `${table} is not a raw table of the pipeline` });
  }
  const lineage = [...DELIVERED_COLUMNS, ...LOADED_COLUMNS].map(({ name }) => name);
  const made = lineage.filter((name) => !columns.includes(name));
  const names = [...columns, ...made].map(quoteName).join(", ");
  const values = rows.map((row, index) => {
    const sequence = load * 1_000_000 + index;
    const at = timestampText(toInstant(FIRST_SECOND + (load * 1000 + index) * 1000));
    const lineageOf: Readonly<Record<string, string>> = {
      _event_id: quoteText(`${stream.name}.0.${sequence}`),
      _shard: "0",
      _sequence: String(sequence),
      _accepted_at: at,
      _extra: "NULL",
      _object: quoteText(`test/${load}`),
      _line: String(index + 1),
      _load: String(load),
      _loaded_at: at,
    };
    const cells = row.map((cell) => (cell === undefined ? "NULL" : quoteText(cell)));
    return `(${[...cells, ...made.map((name) => lineageOf[name])].join(", ")})`;
  });
  if (values.length > 0) {
    await transaction.run(`INSERT INTO ${quoteName(table)} (${names}) VALUES ${values.join(", ")}`);
  }
  const at = timestampText(toInstant(FIRST_SECOND));
  await transaction.run(
    `INSERT INTO _loads VALUES (${load}, ${quoteText(stream.name)}, ${load}, ${quoteText(`test/${load}`)},
     ${rows.length}, ${rows.length}, 0, ${at}, 0, NULL, '')`,
  );
}

/** Rows are compared as what they are in the column's type, so that 1.50 equals 1.5. */
async function compare(transaction: Transaction, step: ExpectStep): Promise<void> {
  const columns = step.columns.map(quoteName).join(", ");
  const from = /^(?:select|with|from)\b/i.test(step.from) ? `(${step.from})` : quoteName(step.from);
  await transaction.run(`CREATE OR REPLACE TEMP TABLE _found AS SELECT ${columns} FROM ${from}`);
  await transaction.run("CREATE OR REPLACE TEMP TABLE _expected AS SELECT * FROM _found LIMIT 0");
  for (const row of step.rows) {
    const cells = row.map((cell) => (cell === undefined ? "NULL" : quoteText(cell)));
    await transaction.run(`INSERT INTO _expected VALUES (${cells.join(", ")})`);
  }
  const missing = await difference(transaction, "_expected", "_found");
  const extra = await difference(transaction, "_found", "_expected");
  if (missing.length > 0 || extra.length > 0) {
    const lines = [
      ...missing.map((row) => `expected, not there: ${row}`),
      ...extra.map((row) => `there, not expected: ${row}`),
    ];
    throw new Fault("QUERY_FAILED", { cause: `${step.from} has other rows\n${lines.join("\n")}` });
  }
}

const SHOWN_MAX = 10;

async function difference(
  transaction: Transaction,
  one: string,
  other: string,
): Promise<readonly string[]> {
  const rows = await transaction.rows(
    `SELECT * FROM (FROM ${one} EXCEPT ALL FROM ${other}) LIMIT ${SHOWN_MAX}`,
  );
  return rows.map((row) => row.map((cell) => (cell === null ? "" : String(cell))).join(","));
}
