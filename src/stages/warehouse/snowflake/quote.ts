/** Names and values as they stand in Snowflake's SQL, and Snowflake's name of each column type. Pure. */

import { quoteText } from "../../../base/snowflake-text.ts";
import type { Instant } from "../../../base/clock.ts";
import type { ColumnType } from "../../../base/record.ts";

/**
 * A name between double quotes, in capitals: what SQL without quotes folds to, so that both spellings name one thing,
 * and no name is a reserved word.
 */
export function quoteName(name: string): string {
  return `"${name.toUpperCase().replaceAll('"', '""')}"`;
}

export const SQL_TYPES: Readonly<Record<ColumnType, string>> = {
  text: "VARCHAR",
  integer: "NUMBER(38, 0)",
  number: "DOUBLE",
  boolean: "BOOLEAN",
  date: "DATE",
  timestamp: "TIMESTAMP_NTZ(9)",
  json: "VARIANT",
};

/** What INFORMATION_SCHEMA calls those types. */
const TYPE_NAMES: Readonly<Record<string, ColumnType>> = {
  TEXT: "text",
  NUMBER: "integer",
  FLOAT: "number",
  BOOLEAN: "boolean",
  DATE: "date",
  TIMESTAMP_NTZ: "timestamp",
  VARIANT: "json",
};

/** The column type of a type as the catalog names it; undefined for types that Millrace gives no column. */
export function fromSqlType(type: string): ColumnType | undefined {
  return TYPE_NAMES[type.toUpperCase()];
}

export function timestampText(at: Instant): string {
  return `${quoteText(new Date(at).toISOString().replace("T", " ").replace("Z", ""))}::TIMESTAMP_NTZ(9)`;
}

/** JSON pointer to a member of the outermost object. */
export function pointerTo(member: string): string {
  return `/${member.replaceAll("~", "~0").replaceAll("/", "~1")}`;
}
