/** Raw tables with lineage, dead letters, what loads left out, and the row-count log. */

import { DEAD_LETTER_COLUMNS } from "../../base/dead-letter.ts";
import type { Column, ColumnType } from "../../base/record.ts";
import type { StreamPlan } from "../../plan/plan.ts";
import { identifier, type Names, tableOf } from "./names.ts";

export const TYPES: Readonly<Record<ColumnType, string>> = {
  text: "VARCHAR",
  integer: "NUMBER(38, 0)",
  number: "DOUBLE",
  boolean: "BOOLEAN",
  date: "DATE",
  timestamp: "TIMESTAMP_NTZ(9)",
  json: "VARIANT",
};

/** What the pipe adds to every row, and the sequence, which has more digits there than a number holds. */
const LINEAGE = [
  "_event_id VARCHAR NOT NULL",
  "_shard NUMBER(38, 0) NOT NULL",
  "_sequence VARCHAR NOT NULL",
  "_accepted_at TIMESTAMP_NTZ(9) NOT NULL",
  "_extra VARIANT",
  "_object VARCHAR NOT NULL",
  "_line NUMBER(38, 0) NOT NULL",
  "_load NUMBER(38, 0) NOT NULL",
  "_loaded_at TIMESTAMP_NTZ(9) NOT NULL",
] as const;

export function rawTable(names: Names, stream: StreamPlan): string {
  return createTable(tableOf(names, stream), [...stream.row.map(columnOf), ...LINEAGE]);
}

function columnOf({ name, type, nullable }: Column): string {
  return `${identifier(name)} ${TYPES[type]}${nullable ? "" : " NOT NULL"}`;
}

function createTable(name: string, columns: readonly string[]): string {
  return `CREATE TABLE IF NOT EXISTS ${name} (\n  ${columns.join(",\n  ")}\n)`;
}

export function standingTables(names: Names): string[] {
  return [
    createTable(`${names.raw}.DEAD_LETTERS`, [
      ...DEAD_LETTER_COLUMNS.map(columnOf),
      "_object VARCHAR NOT NULL",
      "_line NUMBER(38, 0) NOT NULL",
      "_loaded_at TIMESTAMP_NTZ(9) NOT NULL",
    ]),
    createTable(`${names.clean}.ROW_COUNTS`, [
      "run VARCHAR NOT NULL",
      "model VARCHAR NOT NULL",
      "rows_in NUMBER(38, 0) NOT NULL",
      "rows_out NUMBER(38, 0) NOT NULL",
      "inserted NUMBER(38, 0) NOT NULL",
      "updated NUMBER(38, 0) NOT NULL",
      "duplicates NUMBER(38, 0) NOT NULL",
      "set_aside NUMBER(38, 0) NOT NULL",
      "started TIMESTAMP_NTZ(9) NOT NULL",
      "finished TIMESTAMP_NTZ(9) NOT NULL",
    ]),
  ];
}
