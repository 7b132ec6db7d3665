/** What the tables have of each loaded cut, beside what the ledger says they should. */

import type { DuckDBConnection } from "@duckdb/node-api";
import { DEAD_LETTERS } from "../../../../base/record.ts";
import type { StreamPlan } from "../../../../plan/plan.ts";
import { readRows } from "../query/run-query.ts";
import { quoteName, quoteText } from "../quote.ts";
import { LETTERS_TABLE } from "../schema.ts";

/** One loaded cut of a stream. */
export interface Holding {
  readonly cut: number;
  /** Rows and rows set aside, as the ledger has them. */
  readonly rows: number;
  readonly setAside: number;
  /** Places that have a row, and letters of transform and load, as the tables have them. */
  readonly rowsFound: number;
  readonly lettersFound: number;
}

/** By cut, ascending. */
export async function readHoldings(
  connection: DuckDBConnection,
  stream: StreamPlan,
): Promise<readonly Holding[]> {
  const letters = stream.name === DEAD_LETTERS;
  const table = letters ? LETTERS_TABLE : stream.table;
  const own = letters ? "WHERE stage = 'check'" : "";
  const rows = await readRows(
    connection,
    `SELECT l.cut, l."rows", l.set_aside, coalesce(r.n, 0), coalesce(s.n, 0) FROM _loads l
     LEFT JOIN (SELECT _load, _object, count(DISTINCT (_shard, _sequence)) AS n FROM ${quoteName(table)} ${own}
       GROUP BY ALL) r ON r._load = l.load AND r._object = l.object
     LEFT JOIN (SELECT _load, count(*) AS n FROM ${LETTERS_TABLE} WHERE stage IN ('transform', 'load')
       GROUP BY ALL) s ON s._load = l.load
     WHERE l.stream = ${quoteText(stream.name)} ORDER BY l.cut`,
  );
  return rows.map((row) => {
    const [cut = 0, loaded = 0, setAside = 0, rowsFound = 0, lettersFound = 0] = row.map(Number);
    return { cut, rows: loaded, setAside, rowsFound, lettersFound };
  });
}
