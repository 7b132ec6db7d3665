/** Names and values as they stand in DuckDB's SQL, and the engine's name of each column type. */

import type { ColumnType } from "../../../base/record.ts";

/** A name between double quotes, whatever it holds. */
export function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** A text between single quotes, whatever it holds. */
export function quoteText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

export const SQL_TYPES: Readonly<Record<ColumnType, string>> = {
  text: "VARCHAR",
  integer: "BIGINT",
  number: "DOUBLE",
  boolean: "BOOLEAN",
  date: "DATE",
  timestamp: "TIMESTAMP",
  json: "JSON",
};

/** The column type of an engine's type; undefined for types that Millrace gives no column. */
export function fromSqlType(type: string): ColumnType | undefined {
  const found = Object.entries(SQL_TYPES).find(([, name]) => name === type);
  return found?.[0] as ColumnType | undefined;
}

/** JSON pointer to a member of the outermost object. */
export function pointerTo(member: string): string {
  return `/${member.replaceAll("~", "~0").replaceAll("/", "~1")}`;
}
