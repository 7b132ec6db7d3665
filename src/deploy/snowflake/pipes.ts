/** Stages over the buckets, file formats, and a pipe per stream that loads each object as it arrives. */

import { DEAD_LETTER_COLUMNS } from "../../base/dead-letter.ts";
import { type Column, DEAD_LETTERS, DELIVERED_COLUMNS } from "../../base/record.ts";
import type { Plan, StreamPlan } from "../../plan/plan.ts";
import { quoteText } from "../../base/snowflake-text.ts";
import { deployedStreams } from "../streams.ts";
import { type Buckets, identifier, type Names, namesOf, stagePath, tableOf } from "./names.ts";
import { TYPES } from "./tables.ts";

export function stageStatements(names: Names, buckets: Buckets): string[] {
  const stage = (name: string, bucket: string): string =>
    [
      `CREATE STAGE IF NOT EXISTS ${names.raw}.${name}`,
      `  URL = ${quoteText(`s3://${bucket}/`)}`,
      `  STORAGE_INTEGRATION = ${names.integration}`,
    ].join("\n");
  return [stage("DATA", buckets.data), stage("ERRORS", buckets.errors), ...formats(names)];
}

/** Objects that Firehose made have no header line: their columns go by place. */
function formats({ raw }: Names): string[] {
  return [
    [
      `CREATE FILE FORMAT IF NOT EXISTS ${raw}.ROWS_CSV`,
      "  TYPE = CSV",
      "  COMPRESSION = AUTO",
      "  FIELD_OPTIONALLY_ENCLOSED_BY = '\"'",
      "  ESCAPE_UNENCLOSED_FIELD = NONE",
      "  EMPTY_FIELD_AS_NULL = TRUE",
      "  NULL_IF = ()",
      "  ENCODING = 'UTF8'",
    ].join("\n"),
    `CREATE FILE FORMAT IF NOT EXISTS ${raw}.ROWS_JSON TYPE = JSON COMPRESSION = AUTO`,
    `CREATE FILE FORMAT IF NOT EXISTS ${raw}.ROWS_PARQUET TYPE = PARQUET`,
  ];
}

const FORMATS = { csv: "ROWS_CSV", ndjson: "ROWS_JSON", parquet: "ROWS_PARQUET" } as const;

const METADATA = [
  ["_object", "METADATA$FILENAME"],
  ["_line", "METADATA$FILE_ROW_NUMBER"],
  ["_load", "DATE_PART(EPOCH_MILLISECOND, METADATA$FILE_LAST_MODIFIED)"],
  ["_loaded_at", "METADATA$START_SCAN_TIME::TIMESTAMP_NTZ"],
] as const;

export function pipeStatements(plan: Plan, names: Names, streams: readonly StreamPlan[]): string[] {
  const { onError } = plan.deploy.snowflake;
  return [
    ...streams.map((stream) => streamPipe(names, stream, onError)),
    letterPipe(names, onError),
  ];
}

function streamPipe(names: Names, stream: StreamPlan, onError: string): string {
  const { name, row, deliver } = stream;
  const columns: readonly Column[] = [...row, ...DELIVERED_COLUMNS];
  const cells = columns.map((column, place) => [
    identifier(column.name),
    deliver.format === "csv" ? csvCell(column, place + 1) : jsonCell(column),
  ]);
  return copyPipe({
    pipe: `${names.raw}.${pipeName(name)}`,
    table: tableOf(names, stream),
    from: dataFrom(names, stream),
    format: `${names.raw}.${FORMATS[deliver.format]}`,
    cells: [...cells, ...METADATA],
    onError,
  });
}

/** The fixed beginning of the prefix, ending in / so that a neighbour's objects never match. */
function dataFrom({ raw }: Names, { deliver }: StreamPlan): string {
  const fixed = deliver.prefix.replace(/!\{.*$/, "").replace(/[^/]*$/, "");
  return stagePath(`@${raw}.DATA/${fixed}`);
}

function lettersFrom({ raw }: Names): string {
  return `@${raw}.ERRORS/error/`;
}

/** A pipe as those know it who look at what it did. */
export interface PipeOfPlan {
  readonly stream: string;
  readonly table: string;
  readonly pipe: string;
  readonly from: string;
}

/** Every pipe of a plan, that of the dead letters last; the database may be another than the plan's. */
export function pipesOf(plan: Plan, database?: string): readonly PipeOfPlan[] {
  const named = namesOf(plan);
  const names = database === undefined ? named : { ...named, raw: `${database}.RAW` };
  return [
    ...deployedStreams(plan).map((stream) => ({
      stream: stream.name,
      table: tableOf(names, stream),
      pipe: `${names.raw}.${pipeName(stream.name)}`,
      from: dataFrom(names, stream),
    })),
    {
      stream: DEAD_LETTERS,
      table: `${names.raw}.DEAD_LETTERS`,
      pipe: `${names.raw}.LOAD_DEAD_LETTERS`,
      from: lettersFrom(names),
    },
  ];
}

function letterPipe(names: Names, onError: string): string {
  const cells = DEAD_LETTER_COLUMNS.map((column) => [identifier(column.name), jsonCell(column)]);
  return copyPipe({
    pipe: `${names.raw}.LOAD_DEAD_LETTERS`,
    table: `${names.raw}.DEAD_LETTERS`,
    from: lettersFrom(names),
    format: `${names.raw}.ROWS_JSON`,
    cells: [...cells, ...METADATA.filter(([column]) => column !== "_load")],
    onError,
  });
}

interface Copy {
  readonly pipe: string;
  readonly table: string;
  readonly from: string;
  readonly format: string;
  readonly cells: readonly (readonly string[])[];
  readonly onError: string;
}

function copyPipe({ pipe, table, from, format, cells, onError }: Copy): string {
  const columns = cells.map(([column]) => column ?? "").join(",\n    ");
  const values = cells.map(([, value]) => value ?? "").join(",\n      ");
  return [
    `CREATE PIPE IF NOT EXISTS ${pipe}`,
    "  AUTO_INGEST = TRUE",
    "AS",
    `  COPY INTO ${table} (\n    ${columns}\n  )`,
    `  FROM (\n    SELECT\n      ${values}\n    FROM ${from}\n  )`,
    `  FILE_FORMAT = (FORMAT_NAME = ${quoteText(format)})`,
    `  ON_ERROR = ${onError}`,
  ].join("\n");
}

export function pipeName(stream: string): string {
  return `LOAD_${stream.toUpperCase().replaceAll(/[^A-Z0-9_]+/g, "_")}`;
}

function csvCell({ name, type }: Column, place: number): string {
  if (name === "_sequence") {
    return `$${place}`;
  }
  return type === "json" ? `PARSE_JSON($${place})` : `$${place}::${TYPES[type]}`;
}

function jsonCell({ name, type }: Column): string {
  const path = `$1:${/^[A-Za-z_][A-Za-z0-9_]*$/.test(name) ? name : `"${name.replaceAll('"', '""')}"`}`;
  if (name === "_sequence") {
    return `${path}::VARCHAR`;
  }
  return type === "json" ? path : `${path}::${TYPES[type]}`;
}
