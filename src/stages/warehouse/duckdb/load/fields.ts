/** Which columns an object has by its own word: one that was made before the pipeline changed has those of that time. */

import type { DuckDBConnection } from "@duckdb/node-api";
import type { StoredPart } from "../../../../seams/announce.ts";
import { readRows } from "../query/run-query.ts";
import { quoteText } from "../quote.ts";

/** A header of 1,000 columns with names of 255 characters. */
const HEADER_BYTES_MAX = 262_144;

/** The object's columns in their order; undefined for formats whose rows name them, and where they cannot be told. */
export async function readFields(
  connection: DuckDBConnection,
  { path, part }: { readonly path: string; readonly part: StoredPart },
): Promise<readonly string[] | undefined> {
  try {
    switch (part.format) {
      case "csv":
        return await readHeader(connection, path, part);
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

async function readHeader(
  connection: DuckDBConnection,
  path: string,
  { compression }: StoredPart,
): Promise<readonly string[] | undefined> {
  const [row] = await readRows(
    connection,
    `SELECT line FROM read_csv(${quoteText(path)}, auto_detect = false, header = false, delim = '\u0001', quote = '',
     escape = '', hive_partitioning = false, parallel = false, max_line_size = ${HEADER_BYTES_MAX},
     buffer_size = ${HEADER_BYTES_MAX}, compression = '${compression}', columns = {'line': 'VARCHAR'}) LIMIT 1`,
  );
  return row === undefined ? undefined : splitHeader(String(row[0]));
}

/** Undefined when the line ends within quotes: then a name holds a line end. */
export function splitHeader(line: string): readonly string[] | undefined {
  const names: string[] = [];
  const name = /(?:"((?:[^"]|"")*)"|([^",]*))(?:,|$)/y;
  let more = true;
  while (more) {
    const match = name.exec(line);
    if (match === null) {
      return undefined;
    }
    names.push(match[1]?.replaceAll('""', '"') ?? match[2] ?? "");
    more = match[0].endsWith(",");
  }
  return names;
}
