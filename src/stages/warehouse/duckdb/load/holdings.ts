/** What the tables have of each loaded cut, beside what the ledger says they should. */

import type { DuckDBConnection } from "@duckdb/node-api";
import { DEAD_LETTERS } from "../../../../base/record.ts";
import type { StreamPlan } from "../../../../plan/plan.ts";
import type { Holding } from "../../warehouse.ts";
import { readRows } from "../query/run-query.ts";
import { quoteName, quoteText } from "../quote.ts";
import { LETTERS_TABLE } from "../schema.ts";

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
