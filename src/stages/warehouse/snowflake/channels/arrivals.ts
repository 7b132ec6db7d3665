/** The table that channels fill, row by row as text, and from which a load takes a cut's rows in its transaction. */

import { DELIVERED_COLUMNS } from "../../../../base/record.ts";
import type { Manifest } from "../../../../seams/announce.ts";
import { LONG_TEXT, type StagedObject } from "../load/read-object.ts";
import { quoteText } from "../../../../base/snowflake-text.ts";

const TABLE = "_ARRIVED";
/** The pipe that Snowflake keeps for every table; it puts members into columns of their name. */
export const ARRIVALS_PIPE = `${TABLE}-STREAMING`;

export const ARRIVALS_STATEMENT = `CREATE TABLE IF NOT EXISTS ${TABLE} (
  BATCH VARCHAR NOT NULL, PART VARCHAR NOT NULL, SHARD NUMBER(38, 0) NOT NULL, LINE NUMBER(38, 0) NOT NULL,
  RAW ${LONG_TEXT})`;

/** Batches that were brought once, to be looked at or put back, begin like this. */
const ONCE = "once/";
/** The next process removes what a killed one left of them; no other is at work on these tables. */
export const FORGET_ONCE_STATEMENT = `DELETE FROM ${TABLE} WHERE STARTSWITH(BATCH, '${ONCE}')`;

export type Part = "rows" | "letters";

export interface Arrival {
  readonly batch: string;
  readonly part: Part;
  /** 0 for letters and for what comes once. */
  readonly shard: number;
}

/** Objects that were made anew are another batch: rows of both are never taken together. */
export function batchOf({ stream, cut, object, failed }: Manifest): string {
  return `${turnOf({ stream, cut })}${object?.sha256 ?? ""}/${failed?.sha256 ?? ""}`;
}

/** How all batches of a cut begin that came in its turn. */
function turnOf({ stream, cut }: Pick<Manifest, "stream" | "cut">): string {
  return `cut/${stream}/${cut}/`;
}

export function onceBatch(id: string): string {
  return `${ONCE}${id}`;
}

/** One row as a line of JSON whose members are the table's columns. */
export function arrivalLine({ batch, part, shard }: Arrival, line: number, raw: string): string {
  return JSON.stringify({ BATCH: batch, PART: part, SHARD: shard, LINE: line, RAW: raw });
}

/** What ever came of a cut in its turn. */
export function forgetTurns(cut: Pick<Manifest, "stream" | "cut">): string {
  return `DELETE FROM ${TABLE} WHERE STARTSWITH(BATCH, ${quoteText(turnOf(cut))})`;
}

/** Everything of a batch, or what of it came through one channel. */
export function forgetArrivals(batch: string, of?: Pick<Arrival, "part" | "shard">): string {
  const only = of === undefined ? "" : ` AND PART = ${quoteText(of.part)} AND SHARD = ${of.shard}`;
  return `DELETE FROM ${TABLE} WHERE BATCH = ${quoteText(batch)}${only}`;
}

/** Statements that fill an object's temporary table with what arrived of it. */
export function arrivedStatements(batch: string, part: Part, object: StagedObject): string[] {
  const from = `FROM ${TABLE} WHERE BATCH = ${quoteText(batch)} AND PART = ${quoteText(part)}`;
  if (object.part.format !== "csv") {
    const select = `SELECT LINE AS _LINE, RAW AS _RAW ${from}`;
    return [`CREATE OR REPLACE TEMPORARY TABLE ${object.table} AS ${select}`];
  }
  const texts = [...object.row, ...DELIVERED_COLUMNS].map(
    (_column, at) => `_TEXTS[${at}]::VARCHAR AS C${at}`,
  );
  return [
    `CREATE OR REPLACE TEMPORARY TABLE ${object.table} AS
    SELECT _LINE, ${texts.join(", ")} FROM (SELECT LINE AS _LINE, PARSE_JSON(RAW) AS _TEXTS ${from})`,
  ];
}
