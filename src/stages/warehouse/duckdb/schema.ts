/** Makes the tables that the plan names, and lets them grow when the plan does. */

import type { DuckDBConnection } from "@duckdb/node-api";
import { DEAD_LETTER_COLUMNS } from "../../../base/dead-letter.ts";
import { Fault } from "../../../base/faults.ts";
import {
  type Column,
  DEAD_LETTER_MOVES,
  DEAD_LETTERS,
  DELIVERED_COLUMNS,
  LOADED_COLUMNS,
} from "../../../base/record.ts";
import type { Plan, StreamPlan } from "../../../plan/plan.ts";
import { LEDGER_STATEMENT } from "./ledger.ts";
import { macroStatements } from "./macros.ts";
import { readRows } from "./query/run-query.ts";
import { quoteName, quoteText, SQL_TYPES } from "./quote.ts";

/** What the dead letters' table is called, whichever stage set the record aside. */
export const LETTERS_TABLE = "dead_letters";

/** Columns of a stream's table as the plan has them; discovered ones stand behind. */
export function tableColumns(stream: StreamPlan): readonly Column[] {
  return [...stream.row, ...DELIVERED_COLUMNS, ...LOADED_COLUMNS];
}

/** One statement per step, each of which may be repeated. Throws TABLE_MISMATCH. */
export async function ensureTables(connection: DuckDBConnection, plan: Plan): Promise<void> {
  try {
    await connection.run("BEGIN");
    for (const statement of [LEDGER_STATEMENT, lettersStatement(), ...macroStatements()]) {
      await connection.run(statement);
    }
    for (const stream of plan.streams.filter(({ name }) => name !== DEAD_LETTERS)) {
      await ensureTable(connection, stream);
    }
    await connection.run(openLettersStatement());
    await connection.run("COMMIT");
  } catch (thrown) {
    await connection.run("ROLLBACK").catch(() => {});
    throw thrown;
  }
}

async function ensureTable(connection: DuckDBConnection, stream: StreamPlan): Promise<void> {
  const { table } = stream;
  const lineage = new Set<string>(LOADED_COLUMNS.map(({ name }) => name));
  const declared = tableColumns(stream)
    .map(({ name, type }) => {
      const strict = lineage.has(name) ? " NOT NULL" : "";
      return `${quoteName(name)} ${SQL_TYPES[type]}${strict}`;
    })
    .join(", ");
  await connection.run(`CREATE TABLE IF NOT EXISTS ${quoteName(table)} (${declared})`);
  const found = new Map(
    (await columnTypes(connection, table)).map(({ name, type }) => [name.toLowerCase(), type]),
  );
  for (const { name, type } of tableColumns(stream)) {
    const has = found.get(name.toLowerCase());
    const expected = SQL_TYPES[type];
    if (has === undefined) {
      const column = `${quoteName(name)} ${expected}`;
      await connection.run(`ALTER TABLE ${quoteName(table)} ADD COLUMN ${column}`);
    } else if (has !== expected) {
      throw new Fault("TABLE_MISMATCH", { table, column: name, found: has, expected });
    }
  }
}

export interface TableColumn {
  readonly name: string;
  /** The engine's type. */
  readonly type: string;
}

/** The columns a table has now, in their order; none when there is no such table. */
export async function columnTypes(
  connection: DuckDBConnection,
  table: string,
): Promise<readonly TableColumn[]> {
  const rows = await readRows(
    connection,
    `SELECT column_name, data_type FROM duckdb_columns() WHERE database_name = 'warehouse'
     AND schema_name = 'main' AND table_name = ${quoteText(table)} ORDER BY column_index`,
  );
  return rows.map(([name, type]) => ({ name: String(name), type: String(type) }));
}

/** Letters of the transform and of the load have no place in the stream of letters: their lineage may be null. */
function lettersStatement(): string {
  const columns = [...DEAD_LETTER_COLUMNS, ...DELIVERED_COLUMNS, ...LOADED_COLUMNS]
    .map(({ name, type }) => `${quoteName(name)} ${SQL_TYPES[type]}`)
    .join(", ");
  return `CREATE TABLE IF NOT EXISTS ${LETTERS_TABLE} (${columns})`;
}

/**
 * Letters of which something may still come. A letter is closed once it was redriven or dropped; when its event fails
 * again it has a new letter of the same id, so that attempts are counted by id and closing goes by the whole key.
 */
function openLettersStatement(): string {
  const columns = [...DEAD_LETTER_COLUMNS, ...DELIVERED_COLUMNS, ...LOADED_COLUMNS]
    .map(({ name }) => `d.${quoteName(name)}`)
    .join(", ");
  return `CREATE OR REPLACE VIEW open_dead_letters AS
    SELECT ${columns}, coalesce(tried.attempts, 0) AS attempts
    FROM ${LETTERS_TABLE} d LEFT JOIN (
      SELECT letter, count(*) AS attempts FROM ${DEAD_LETTER_MOVES}
      WHERE state IN ('redriven', 'failed') GROUP BY letter
    ) tried ON tried.letter = d.id
    WHERE NOT EXISTS (
      SELECT 1 FROM ${DEAD_LETTER_MOVES} m WHERE m.state IN ('redriven', 'dropped')
      AND m.letter = d.id AND m.stage = d.stage AND m.received_at = d.received_at AND m.member = d.member
    )`;
}
