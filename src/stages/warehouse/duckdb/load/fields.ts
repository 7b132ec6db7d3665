/** Which columns an object has by its own word: one that was made before the pipeline changed has those of that time. */

import type { DuckDBConnection } from "@duckdb/node-api";
import type { StoredPart } from "../../../../seams/announce.ts";
import { readHeader } from "../../objects/header.ts";
import { readRows } from "../query/run-query.ts";
import { quoteText } from "../quote.ts";

/** The object's columns in their order; undefined for formats whose rows name them, and where they cannot be told. */
export async function readFields(
  connection: DuckDBConnection,
  { path, part }: { readonly path: string; readonly part: StoredPart },
): Promise<readonly string[] | undefined> {
  try {
    switch (part.format) {
      case "csv":
        return await readHeader(path, part);
      case "parquet": {
        const file = `read_parquet(${quoteText(path)}, hive_partitioning = false)`;
        const rows = await readRows(connection, `DESCRIBE SELECT * FROM ${file}`);
        return rows.map(([name]) => String(name));
      }
      default:
        return undefined;
    }
  } catch {
    // The load itself says what is wrong with the object.
    return undefined;
  }
}
