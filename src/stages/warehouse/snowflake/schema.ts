/** Makes the tables that the plan names, and lets them grow when the plan does. */

import { DEAD_LETTER_COLUMNS } from "../../../base/dead-letter.ts";
import { Fault } from "../../../base/faults.ts";
import {
  type Column,
  type ColumnType,
  DEAD_LETTER_MOVES,
  DEAD_LETTERS,
  DELIVERED_COLUMNS,
  LOADED_COLUMNS,
} from "../../../base/record.ts";
import type { Plan, StreamPlan } from "../../../plan/plan.ts";
import { rowsOf, type Running, type Transport } from "./client/transport.ts";
import { ASIDE_STATEMENT } from "./aside.ts";
import { HEAD_STATEMENT, LEDGER_STATEMENT } from "./ledger.ts";
import { LONG_TEXT } from "./load/read-object.ts";
import { quoteText } from "../../../base/snowflake-text.ts";
import { fromSqlType, quoteName, SQL_TYPES } from "./quote.ts";

/** What the dead letters' table is called, whichever stage set the record aside. */
export const LETTERS_TABLE = "dead_letters";

/** Fields found beside the schemas that have columns now: Snowflake folds a column's name, a member keeps its own. */
const MEMBERS_STATEMENT = `CREATE TABLE IF NOT EXISTS _MEMBERS (
  TABLE_NAME VARCHAR NOT NULL, MEMBER VARCHAR NOT NULL, TYPE VARCHAR NOT NULL)`;

/** Texts that may be longer than Snowflake makes them by itself. */
const LONG = new Set(["raw_base64", "raw_text"]);

/** Columns of a stream's table as the plan has them; discovered ones stand behind. */
export function tableColumns(stream: StreamPlan): readonly Column[] {
  return [...stream.row, ...DELIVERED_COLUMNS, ...LOADED_COLUMNS];
}

export interface Owner {
  /** Random, made with the data folder. */
  readonly id: string;
  readonly path: string;
}

export interface Ensuring {
  readonly transport: Transport;
  readonly running: Running;
  readonly plan: Plan;
  readonly owner: Owner;
  readonly address: string;
}

/** Statements each of which may be repeated. Throws TABLE_MISMATCH, WAREHOUSE_TAKEN. */
export async function ensureTables(ensuring: Ensuring): Promise<void> {
  const { transport, running, plan } = ensuring;
  const streams = plan.streams.filter(({ name }) => name !== DEAD_LETTERS);
  await claim(ensuring);
  const statements = [
    LEDGER_STATEMENT,
    ASIDE_STATEMENT,
    MEMBERS_STATEMENT,
    lettersStatement(),
    ...streams.map(tableStatement),
  ];
  await transport.script(statements, running);
  const found = await readColumns(transport, running);
  const adds = streams.flatMap((stream) => missingColumns(stream, found.get(stream.table) ?? []));
  await transport.script([...adds, openLettersStatement()], running);
}

async function claim({ transport, running, owner, address }: Ensuring): Promise<void> {
  const [id, path] = [quoteText(owner.id), quoteText(owner.path)];
  const statements = [
    HEAD_STATEMENT,
    `INSERT INTO _HEAD (LOAD, OWNER, FOLDER) SELECT 0, ${id}, ${path} WHERE NOT EXISTS (SELECT 1 FROM _HEAD)`,
    "SELECT OWNER, FOLDER FROM _HEAD",
  ];
  const answers = await transport.script(statements, running);
  const last = answers.at(-1);
  const rows = last === undefined ? [] : await rowsOf(last);
  const other = rows.find(([found]) => found !== owner.id);
  if (other !== undefined) {
    throw new Fault("WAREHOUSE_TAKEN", { address, owner: String(other[1]) });
  }
}

function tableStatement(stream: StreamPlan): string {
  const lineage = new Set<string>(LOADED_COLUMNS.map(({ name }) => name));
  const declared = tableColumns(stream)
    .map((column) => `${columnSql(column)}${lineage.has(column.name) ? " NOT NULL" : ""}`)
    .join(", ");
  return `CREATE TABLE IF NOT EXISTS ${quoteName(stream.table)} (${declared})`;
}

function columnSql({ name, type }: Pick<Column, "name" | "type">): string {
  return `${quoteName(name)} ${LONG.has(name) ? LONG_TEXT : SQL_TYPES[type]}`;
}

export function addColumn(table: string, column: Pick<Column, "name" | "type">): string {
  return `ALTER TABLE ${quoteName(table)} ADD COLUMN IF NOT EXISTS ${columnSql(column)}`;
}

function missingColumns(stream: StreamPlan, found: readonly TableColumn[]): readonly string[] {
  const types = new Map(found.map(({ name, type }) => [name, type]));
  return tableColumns(stream).flatMap((column) => {
    const has = types.get(column.name.toUpperCase());
    if (has === undefined) {
      return [addColumn(stream.table, column)];
    }
    if (fromSqlType(has) !== column.type) {
      const facts = { table: stream.table, column: column.name, found: has };
      throw new Fault("TABLE_MISMATCH", { ...facts, expected: SQL_TYPES[column.type] });
    }
    return [];
  });
}

export interface TableColumn {
  /** In capitals, as Snowflake has it. */
  readonly name: string;
  /** The catalog's name of the type. */
  readonly type: string;
}

/** The columns of every table of the schema, by the table's name in small letters. */
async function readColumns(
  transport: Transport,
  running: Running,
): Promise<ReadonlyMap<string, readonly TableColumn[]>> {
  const sql = `SELECT LOWER(TABLE_NAME), COLUMN_NAME, DATA_TYPE FROM INFORMATION_SCHEMA.COLUMNS
    WHERE TABLE_SCHEMA = CURRENT_SCHEMA() ORDER BY TABLE_NAME, ORDINAL_POSITION`;
  const rows = await rowsOf(await transport.ask(sql, running));
  const tables = new Map<string, TableColumn[]>();
  for (const [table, name, type] of rows) {
    const columns = tables.get(String(table)) ?? [];
    columns.push({ name: String(name), type: String(type) });
    tables.set(String(table), columns);
  }
  return tables;
}

export interface Member {
  readonly name: string;
  readonly type: ColumnType;
}

/** Fields beside the schema that a table has columns for. */
export async function readMembers(
  transport: Transport,
  table: string,
  running: Running,
): Promise<readonly Member[]> {
  const sql = `SELECT MEMBER, TYPE FROM _MEMBERS WHERE TABLE_NAME = ${quoteText(table)}`;
  const rows = await rowsOf(await transport.ask(sql, running));
  return rows.map(([name, type]) => ({ name: String(name), type: String(type) as ColumnType }));
}

/** The column first: one that is there without its member only leaves a field in `_extra`, and is found at the next. */
export function growStatements(table: string, members: readonly Member[]): readonly string[] {
  const rows = members.map(
    ({ name, type }) => `(${quoteText(table)}, ${quoteText(name)}, ${quoteText(type)})`,
  );
  return members.length === 0
    ? []
    : [
        ...members.map((member) => addColumn(table, member)),
        `INSERT INTO _MEMBERS (TABLE_NAME, MEMBER, TYPE) VALUES ${rows.join(", ")}`,
      ];
}

/** Letters of the transform and of the load have no place in the stream of letters: their lineage may be null. */
function lettersStatement(): string {
  const columns = [...DEAD_LETTER_COLUMNS, ...DELIVERED_COLUMNS, ...LOADED_COLUMNS];
  return `CREATE TABLE IF NOT EXISTS ${quoteName(LETTERS_TABLE)} (${columns.map(columnSql).join(", ")})`;
}

/** Letters of which something may still come; the same view as DuckDB's, in words that both engines have. */
function openLettersStatement(): string {
  const columns = [...DEAD_LETTER_COLUMNS, ...DELIVERED_COLUMNS, ...LOADED_COLUMNS]
    .map(({ name }) => `D.${quoteName(name)}`)
    .join(", ");
  return `CREATE OR REPLACE VIEW OPEN_DEAD_LETTERS AS
    SELECT ${columns}, COALESCE(TRIED.ATTEMPTS, 0) AS ATTEMPTS
    FROM ${quoteName(LETTERS_TABLE)} AS D LEFT JOIN (
      SELECT LETTER, COUNT(*) AS ATTEMPTS FROM ${quoteName(DEAD_LETTER_MOVES)}
      WHERE STATE IN ('redriven', 'failed') GROUP BY LETTER
    ) AS TRIED ON TRIED.LETTER = D.ID
    LEFT JOIN (
      SELECT DISTINCT LETTER, STAGE, RECEIVED_AT, MEMBER FROM ${quoteName(DEAD_LETTER_MOVES)}
      WHERE STATE IN ('redriven', 'dropped')
    ) AS CLOSED ON CLOSED.LETTER = D.ID AND CLOSED.STAGE = D.STAGE AND CLOSED.RECEIVED_AT = D.RECEIVED_AT
      AND CLOSED.MEMBER = D.MEMBER
    WHERE CLOSED.LETTER IS NULL`;
}
