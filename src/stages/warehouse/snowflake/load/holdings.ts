/** What the tables have of each loaded cut, beside what the ledger says they should. */

import { DEAD_LETTERS } from "../../../../base/record.ts";
import type { StreamPlan } from "../../../../plan/plan.ts";
import type { Holding } from "../../warehouse.ts";
import { rowsOf, type Running, type Transport } from "../client/transport.ts";
import { quoteText } from "../../../../base/snowflake-text.ts";
import { quoteName } from "../quote.ts";
import { LETTERS_TABLE } from "../schema.ts";

/** By cut, ascending. */
export async function readHoldings(
  transport: Transport,
  stream: StreamPlan,
  running: Running,
): Promise<readonly Holding[]> {
  const own = stream.name === DEAD_LETTERS;
  const table = quoteName(own ? LETTERS_TABLE : stream.table);
  const only = own ? "WHERE STAGE = 'check'" : "";
  const sql = `SELECT L.CUT, L."ROWS", L.SET_ASIDE, COALESCE(R.N, 0), COALESCE(S.N, 0) FROM _LOADS AS L
    LEFT JOIN (SELECT _LOAD, _OBJECT, COUNT(DISTINCT _SHARD || '.' || _SEQUENCE) AS N FROM ${table} ${only}
      GROUP BY _LOAD, _OBJECT) AS R ON R._LOAD = L.LOAD AND R._OBJECT = L.OBJECT
    LEFT JOIN (SELECT _LOAD, COUNT(*) AS N FROM ${quoteName(LETTERS_TABLE)}
      WHERE STAGE IN ('transform', 'load') GROUP BY _LOAD) AS S ON S._LOAD = L.LOAD
    WHERE L.STREAM = ${quoteText(stream.name)} ORDER BY L.CUT`;
  const rows = await rowsOf(await transport.ask(sql, running));
  return rows.map((row) => {
    const [cut = 0, loaded = 0, setAside = 0, rowsFound = 0, lettersFound = 0] = row.map(Number);
    return { cut, rows: loaded, setAside, rowsFound, lettersFound };
  });
}
