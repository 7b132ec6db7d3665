/** Cuts that were set aside: no load could take them, so that later ones go on; kept with the reason until one can. */

import type { DuckDBConnection } from "@duckdb/node-api";
import type { CutAside } from "../../../seams/meter.ts";
import { toAsides } from "../asides.ts";
import { timestampText } from "./ledger.ts";
import { readRows } from "./query/run-query.ts";
import { quoteText } from "./quote.ts";

/** A cut stands in `_loads` or here, never in both. */
export const ASIDE_STATEMENT = `CREATE TABLE IF NOT EXISTS _set_aside (
  stream VARCHAR NOT NULL, cut BIGINT NOT NULL, object VARCHAR NOT NULL, records BIGINT NOT NULL, code VARCHAR NOT NULL,
  cause VARCHAR NOT NULL, attempts BIGINT NOT NULL, set_aside_at TIMESTAMP NOT NULL, PRIMARY KEY (stream, cut))`;

/** Durable when it resolves; takes the place of an earlier reason. */
export async function writeAside(
  connection: DuckDBConnection,
  stream: string,
  aside: CutAside,
): Promise<void> {
  const { cut, object, records, code, cause, attempts, at } = aside;
  const values = [
    quoteText(stream),
    cut,
    quoteText(object),
    records,
    quoteText(code),
    quoteText(cause),
    attempts,
    timestampText(at),
  ];
  await connection.run(`INSERT OR REPLACE INTO _set_aside VALUES (${values.join(", ")})`);
}

/** In the transaction that loads the cut late. */
export async function removeAside(
  connection: DuckDBConnection,
  { stream, cut }: { readonly stream: string; readonly cut: number },
): Promise<void> {
  await connection.run(
    `DELETE FROM _set_aside WHERE stream = ${quoteText(stream)} AND cut = ${cut}`,
  );
}

/** All of them, by stream, each stream's by cut. */
export async function readAsides(
  connection: DuckDBConnection,
): Promise<ReadonlyMap<string, readonly CutAside[]>> {
  const rows = await readRows(
    connection,
    `SELECT stream, cut, object, records, code, cause, attempts, epoch_ms(set_aside_at) FROM _set_aside
     ORDER BY stream, cut`,
  );
  return toAsides(rows);
}
