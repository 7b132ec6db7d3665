/** Parquet objects with proper types; one row group per object, JSON as text. */

import { gzipSync, zstdCompressSync } from "node:zlib";
import { type ColumnSource, parquetWriteBuffer } from "hyparquet-writer";
import type { Instant } from "../../../../base/clock.ts";
import { type Column, type ColumnType, DELIVERED_COLUMNS } from "../../../../base/record.ts";
import { jsonText } from "../json.ts";
import type { FormatWriter, Row, WriterOptions } from "../writer.ts";
import { GZIP, ZSTD } from "../compress.ts";

type SchemaElement = NonNullable<Parameters<typeof parquetWriteBuffer>[0]["schema"]>[number];

const CODECS = { none: "UNCOMPRESSED", snappy: "SNAPPY", gzip: "GZIP", zstd: "ZSTD" } as const;
const COMPRESSORS = {
  GZIP: (input: Uint8Array) => gzipSync(input, GZIP),
  ZSTD: (input: Uint8Array) => zstdCompressSync(input, ZSTD),
};

export function openParquetWriter(options: WriterOptions): FormatWriter {
  const table = openParquetTable([...options.columns, ...DELIVERED_COLUMNS], options.compression);
  let shard = 0;
  let acceptedAt = 0n;

  function startFrame(nextShard: number, at: Instant): void {
    shard = nextShard;
    acceptedAt = BigInt(at) * 1000n;
  }

  function row({ values, unknown, sequence, eventId }: Row): void {
    const extra = unknown === undefined ? undefined : jsonText(unknown);
    const lineage = [eventId, BigInt(shard), BigInt(sequence), acceptedAt, extra];
    table.add([
      ...options.columns.map(({ type }, index) => convert(type, values[index])),
      ...lineage,
    ]);
  }

  const finish = (): readonly Uint8Array[] => [table.finish()];
  return { startFrame, scanned: undefined, row, finish, release: () => {} };
}

interface ParquetTable {
  /** Cells as Parquet holds them, by column. */
  add(cells: readonly unknown[]): void;
  finish(): Uint8Array;
}

function openParquetTable(
  columns: readonly Column[],
  compression: WriterOptions["compression"],
): ParquetTable {
  const data: unknown[][] = columns.map(() => []);
  return {
    add: (cells) => cells.forEach((cell, index) => data[index]?.push(cell)),
    finish() {
      const buffer = parquetWriteBuffer({
        columnData: columns.map(({ name }, index): ColumnSource => ({
          name,
          data: data[index] ?? [],
        })),
        schema: [{ name: "root", num_children: columns.length }, ...columns.map(toElement)],
        codec: CODECS[compression],
        compressors: COMPRESSORS,
        rowGroupSize: Math.max(1, data[0]?.length ?? 0),
        createdBy: "millrace",
      });
      return new Uint8Array(buffer);
    },
  };
}

/** An object of these rows and nothing beside them: a value per column, undefined for null, as `fit` gives them. */
export function toParquet(
  columns: readonly Column[],
  rows: readonly (readonly unknown[])[],
  compression: WriterOptions["compression"],
): Uint8Array {
  const table = openParquetTable(columns, compression);
  for (const values of rows) {
    table.add(columns.map(({ type }, index) => convert(type, values[index])));
  }
  return table.finish();
}

const ELEMENTS: Readonly<Record<ColumnType, Partial<SchemaElement>>> = {
  text: { type: "BYTE_ARRAY", converted_type: "UTF8" },
  json: { type: "BYTE_ARRAY", converted_type: "UTF8" },
  integer: { type: "INT64" },
  number: { type: "DOUBLE" },
  boolean: { type: "BOOLEAN" },
  date: { type: "INT32", converted_type: "DATE" },
  timestamp: {
    type: "INT64",
    logical_type: { type: "TIMESTAMP", isAdjustedToUTC: false, unit: "MICROS" },
  },
};

function toElement({ name, type, nullable }: Column): SchemaElement {
  return { name, repetition_type: nullable ? "OPTIONAL" : "REQUIRED", ...ELEMENTS[type] };
}

function convert(type: ColumnType, value: unknown): unknown {
  if (value === undefined) {
    return undefined;
  }
  switch (type) {
    case "integer":
      return BigInt(value as number | bigint);
    case "date":
      return Math.floor(Date.parse(`${value as string}T00:00:00Z`) / 86_400_000);
    case "timestamp":
      return toMicros(value as string);
    case "json":
      return jsonText(value);
    default:
      return value;
  }
}

/** Microseconds since 1970 of a proved time; one without a zone is UTC. */
export function toMicros(text: string): bigint {
  const zoned = /(Z|[+-]\d\d:?\d\d)$/.test(text) ? text : `${text}Z`;
  const whole = Date.parse(zoned.replace(" ", "T").replace(/\.\d+/, ""));
  const fraction = /\.(\d+)/.exec(text)?.[1] ?? "";
  return BigInt(whole) * 1000n + BigInt(fraction.padEnd(6, "0").slice(0, 6));
}
