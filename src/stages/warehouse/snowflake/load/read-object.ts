/** SQL that brings an object of the lake into a temporary table, each value as text, whatever the object's format. Pure. */

import { DELIVERED_COLUMNS, type Column } from "../../../../base/record.ts";
import type { Compression, StoredPart } from "../../../../seams/announce.ts";
import { quoteText } from "../../../../base/snowflake-text.ts";
import { quoteName } from "../quote.ts";

/** A dead letter holds a body twice; this is the longest text that Snowflake has. */
export const LONG_TEXT = "VARCHAR(134217728)";

const COMPRESSIONS: Readonly<Record<Compression, string>> = {
  none: "NONE",
  gzip: "GZIP",
  zstd: "ZSTD",
  snappy: "SNAPPY",
};

/** Statements that fill an object's temporary table: `_LINE` and, for CSV, a text per column, else the whole row. */
export type Staging = (object: StagedObject) => readonly string[];

export interface StagedObject {
  readonly staging: Staging;
  readonly part: StoredPart;
  /** The row's own columns; those of delivery follow. */
  readonly row: readonly Column[];
  /** Columns by the object's own word, for CSV. */
  readonly fields: readonly string[] | undefined;
  /** The temporary table. */
  readonly table: string;
}

/** Copies objects from a stage, `@STAGE`, where they are by their names in the lake unless `place` says otherwise. */
export function copiedFrom(stage: string, place = (name: string): string => name): Staging {
  return (object) => copyStatements({ stage, file: place(object.part.name) }, object);
}

interface StagedFile {
  readonly stage: string;
  readonly file: string;
}

function copyStatements(from: StagedFile, object: StagedObject): readonly string[] {
  const { part, table } = object;
  return part.format === "csv"
    ? csvStatements(from, object)
    : [
        `CREATE OR REPLACE TEMPORARY TABLE ${table} (_LINE NUMBER(38, 0), _RAW ${LONG_TEXT})`,
        copy(object, {
          ...from,
          columns: ["_LINE", "_RAW"],
          values: [ROW_NUMBER, part.format === "parquet" ? "TO_JSON($1)" : "$1"],
          format:
            part.format === "parquet"
              ? `TYPE = PARQUET USE_LOGICAL_TYPE = TRUE`
              : // A line of JSON holds no line end, so that it is one field of a "CSV" whose fields nothing parts.
                `TYPE = CSV FIELD_DELIMITER = NONE ESCAPE_UNENCLOSED_FIELD = NONE NULL_IF = () COMPRESSION = ${COMPRESSIONS[part.compression]}`,
        }),
      ];
}

const ROW_NUMBER = "METADATA$FILE_ROW_NUMBER";

function csvStatements(from: StagedFile, object: StagedObject): readonly string[] {
  const { part, table } = object;
  const places = fieldsOf(object).map((_name, at) => at);
  const columns = places.map((at) => `C${at}`);
  const declared = columns.map((column) => `${column} VARCHAR`).join(", ");
  return [
    `CREATE OR REPLACE TEMPORARY TABLE ${table} (_LINE NUMBER(38, 0), ${declared})`,
    copy(object, {
      ...from,
      columns: ["_LINE", ...columns],
      values: [ROW_NUMBER, ...places.map((at) => `$${at + 1}`)],
      format: `TYPE = CSV SKIP_HEADER = 1 FIELD_OPTIONALLY_ENCLOSED_BY = '"' ESCAPE_UNENCLOSED_FIELD = NONE NULL_IF = () EMPTY_FIELD_AS_NULL = TRUE COMPRESSION = ${COMPRESSIONS[part.compression]}`,
    }),
  ];
}

interface Copy extends StagedFile {
  readonly columns: readonly string[];
  readonly values: readonly string[];
  readonly format: string;
}

/** FORCE: whether an object is loaded is for the ledger to say, and the table is new each time. */
function copy({ table }: StagedObject, { stage, file, columns, values, format }: Copy): string {
  return `COPY INTO ${table} (${columns.join(", ")}) FROM (SELECT ${values.join(", ")} FROM ${stage})
    FILES = (${quoteText(file)}) FILE_FORMAT = (${format}) ON_ERROR = ABORT_STATEMENT FORCE = TRUE`;
}

function fieldsOf({ fields, row }: StagedObject): readonly string[] {
  return fields ?? [...row, ...DELIVERED_COLUMNS].map(({ name }) => name);
}

/** SELECT that names the object's JSON `_J`, where it is made of JSON, beside the staged columns. */
export function stagedRows({ part, table }: StagedObject): string {
  return part.format === "csv" ? table : `(SELECT *, TRY_PARSE_JSON(_RAW) AS _J FROM ${table})`;
}

/** A column's value as text; NULL where the object was made without it. */
export function textOf(object: StagedObject, { name, type }: Column): string {
  if (object.part.format === "csv") {
    const at = fieldsOf(object).indexOf(name);
    return at < 0 ? "NULL::VARCHAR" : `C${at}`;
  }
  return memberText("_J", name, type);
}

export function memberText(json: string, name: string, type: Column["type"]): string {
  const member = `${json}[${quoteText(name)}]`;
  return type === "json" ? `NULLIF(TO_JSON(${member}), 'null')` : `${member}::VARCHAR`;
}

/** The row as JSON text, for people who look at why it was set aside. */
export function rawText(object: StagedObject): string {
  if (object.part.format !== "csv") {
    return "_RAW";
  }
  const pairs = fieldsOf(object).map((name, at) => `${quoteText(name)}, C${at}`);
  return `TO_JSON(OBJECT_CONSTRUCT_KEEP_NULL(${pairs.join(", ")}))`;
}

/** The JSON object in which fields beside the schema stand: `_extra`, or the row itself. */
export function strangers(object: StagedObject): string {
  return object.part.format === "csv"
    ? `TRY_PARSE_JSON(${textOf(object, { name: "_extra", type: "json", nullable: true })})`
    : "_J";
}

export function nameList(columns: readonly { readonly name: string }[]): string {
  return columns.map(({ name }) => quoteName(name)).join(", ");
}
