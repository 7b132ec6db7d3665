/** A conversion to Parquet as it was given → its columns and settings. */

import type { Column } from "../../../../base/record.ts";
import type { Conversion } from "./destination.ts";
import type { GivenConversion } from "./given.ts";
import { invalid } from "./refuse.ts";

const COMPRESSIONS = { UNCOMPRESSED: "none", GZIP: "gzip", SNAPPY: "snappy" } as const;

/** Undefined where records stay as they are. Throws InvalidArgumentException. */
export function toConversion(
  given: GivenConversion | undefined,
  { tables }: { readonly tables: ReadonlyMap<string, readonly Column[]> },
): Conversion | undefined {
  if (given === undefined || given.Enabled === false) {
    return undefined;
  }
  const { SchemaConfiguration: schema, InputFormatConfiguration: input } = given;
  const serializer = given.OutputFormatConfiguration?.Serializer;
  if (schema === undefined || input?.Deserializer === undefined || serializer === undefined) {
    throw invalid(
      "Data format conversion needs SchemaConfiguration, InputFormatConfiguration and OutputFormatConfiguration.",
    );
  }
  if (serializer.ParquetSerDe === undefined || serializer.OrcSerDe !== undefined) {
    throw invalid("Data format conversion writes Parquet only here; give ParquetSerDe.");
  }
  const table = schema.TableName ?? "";
  const columns = tables.get(table.toLowerCase());
  if (columns === undefined) {
    throw invalid(
      `Table ${schema.DatabaseName ?? ""}.${table} does not exist: here the tables of the pipeline's streams are the catalogue (there: ${[...tables.keys()].join(", ") || "none"}).`,
    );
  }
  const openx = input.Deserializer.OpenXJsonSerDe;
  return {
    columns,
    compression: COMPRESSIONS[serializer.ParquetSerDe.Compression ?? "SNAPPY"],
    caseInsensitive: openx?.CaseInsensitive !== false,
    dotsToUnderscores: openx?.ConvertDotsInJsonKeysToUnderscores === true,
    members: openx?.ColumnToJsonKeyMappings ?? {},
    table: {
      catalogId: schema.CatalogId ?? "000000000000",
      databaseName: schema.DatabaseName ?? "",
      tableName: table,
      region: schema.Region ?? "us-east-1",
      versionId: schema.VersionId ?? "LATEST",
    },
  };
}
