/** Cuts that were set aside: no load could take them, so that later ones go on; kept with the reason until one can. */

import type { CutAside } from "../../../seams/meter.ts";
import { toAsides } from "../asides.ts";
import { rowsOf, type Running, type Transport } from "./client/transport.ts";
import { quoteText } from "../../../base/snowflake-text.ts";
import { timestampText } from "./quote.ts";

/** A cut stands in `_LOADS` or here, never in both. */
export const ASIDE_STATEMENT = `CREATE TABLE IF NOT EXISTS _SET_ASIDE (
  STREAM VARCHAR NOT NULL, CUT NUMBER(38, 0) NOT NULL, OBJECT VARCHAR NOT NULL, RECORDS NUMBER(38, 0) NOT NULL,
  CODE VARCHAR NOT NULL, CAUSE VARCHAR NOT NULL, ATTEMPTS NUMBER(38, 0) NOT NULL, SET_ASIDE_AT TIMESTAMP_NTZ(9) NOT NULL)`;

/** Takes the place of an earlier reason. */
export function writeAside(stream: string, aside: CutAside): readonly string[] {
  const { cut, object, records, code, cause, attempts, at } = aside;
  const texts = [quoteText(code), quoteText(cause)];
  const values = [quoteText(stream), cut, quoteText(object), records, ...texts, attempts];
  return [
    "BEGIN TRANSACTION",
    removeAside({ stream, cut }),
    `INSERT INTO _SET_ASIDE (STREAM, CUT, OBJECT, RECORDS, CODE, CAUSE, ATTEMPTS, SET_ASIDE_AT)
     SELECT ${[...values, timestampText(at)].join(", ")}`,
    "COMMIT",
  ];
}

/** In the transaction that loads the cut late. */
export function removeAside({
  stream,
  cut,
}: {
  readonly stream: string;
  readonly cut: number;
}): string {
  return `DELETE FROM _SET_ASIDE WHERE STREAM = ${quoteText(stream)} AND CUT = ${cut}`;
}

/** All of them, by stream, each stream's by cut. */
export async function readAsides(
  transport: Transport,
  running: Running,
): Promise<ReadonlyMap<string, readonly CutAside[]>> {
  const sql = `SELECT STREAM, CUT, OBJECT, RECORDS, CODE, CAUSE, ATTEMPTS,
    DATEDIFF('millisecond', '1970-01-01'::TIMESTAMP_NTZ, SET_ASIDE_AT) FROM _SET_ASIDE ORDER BY STREAM, CUT`;
  const rows = await rowsOf(await transport.ask(sql, running));
  return toAsides(rows);
}
