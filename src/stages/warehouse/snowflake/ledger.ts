/** The ledger of loads: one row per cut, written in the transaction that writes the cut's rows. */

import { type Instant, toInstant } from "../../../base/clock.ts";
import type { Manifest } from "../../../seams/announce.ts";
import type { LoadTotals } from "../warehouse.ts";
import { rowsOf, type Running, type Transport } from "./client/transport.ts";
import { quoteText } from "../../../base/snowflake-text.ts";
import { timestampText } from "./quote.ts";

export const LEDGER_STATEMENT = `CREATE TABLE IF NOT EXISTS _LOADS (
  LOAD NUMBER(38, 0) NOT NULL, STREAM VARCHAR NOT NULL, CUT NUMBER(38, 0) NOT NULL, OBJECT VARCHAR,
  RECORDS NUMBER(38, 0) NOT NULL, "ROWS" NUMBER(38, 0) NOT NULL, SET_ASIDE NUMBER(38, 0) NOT NULL,
  LOADED_AT TIMESTAMP_NTZ(9) NOT NULL, BYTES NUMBER(38, 0) NOT NULL, SHA256 VARCHAR, PLAN_HASH VARCHAR NOT NULL)`;

/** One row: the newest load, and the data folder that these tables belong to. */
export const HEAD_STATEMENT = `CREATE TABLE IF NOT EXISTS _HEAD (
  LOAD NUMBER(38, 0) NOT NULL, OWNER VARCHAR NOT NULL, FOLDER VARCHAR NOT NULL)`;

/**
 * Takes the next load number. Snowflake enforces no key and lets inserts run side by side, but an update of one row
 * waits for another of the same: of two who want one number, the second finds it taken, fails, and writes nothing.
 */
export function takeLoad(load: number, owner: string): readonly string[] {
  const id = quoteText(owner);
  const held = `(SELECT COUNT(*) FROM _HEAD WHERE LOAD = ${load} AND OWNER = ${id})`;
  const moved = quoteText(`WAREHOUSE_MOVED load ${load} is somebody else's: `);
  return [
    `UPDATE _HEAD SET LOAD = ${load} WHERE LOAD = ${load - 1} AND OWNER = ${id}`,
    `SELECT TO_NUMBER(IFF(${held} = 1, '1', ${moved} || ${held}))`,
  ];
}

/** Fails where the cut has its row already. */
export function mustBeNew({ stream, cut }: Pick<Manifest, "stream" | "cut">): string {
  const found = `(SELECT COUNT(*) FROM _LOADS WHERE STREAM = ${quoteText(stream)} AND CUT = ${cut})`;
  const text = quoteText(`WAREHOUSE_MOVED cut ${cut} of ${stream} is loaded: `);
  return `SELECT TO_NUMBER(IFF(${found} = 0, '1', ${text} || ${found}))`;
}

export interface LedgerRow {
  readonly load: number;
  readonly manifest: Manifest;
  /** Expressions that count rows and rows set aside. */
  readonly rows: string;
  readonly setAside: string;
  readonly loadedAt: Instant;
}

export function writeLedger({ load, manifest, rows, setAside, loadedAt }: LedgerRow): string {
  const { object } = manifest;
  const values = [
    load,
    quoteText(manifest.stream),
    manifest.cut,
    object === undefined ? "NULL" : quoteText(object.name),
    manifest.records,
    rows,
    setAside,
    timestampText(loadedAt),
    object?.bytes ?? 0,
    object === undefined ? "NULL" : quoteText(object.sha256),
    quoteText(manifest.planHash),
  ];
  return `INSERT INTO _LOADS (LOAD, STREAM, CUT, OBJECT, RECORDS, "ROWS", SET_ASIDE, LOADED_AT, BYTES, SHA256, PLAN_HASH)
    SELECT ${values.join(", ")}`;
}

export interface LedgerState {
  readonly newest: number;
  readonly totals: ReadonlyMap<string, LoadTotals>;
}

export async function readLedger(transport: Transport, running: Running): Promise<LedgerState> {
  const sql = `SELECT STREAM, MAX(CUT), SUM(RECORDS), SUM("ROWS"), SUM(SET_ASIDE), MAX(LOAD) FROM _LOADS GROUP BY STREAM`;
  const rows = await rowsOf(await transport.ask(sql, running));
  const totals = new Map<string, LoadTotals>();
  let newest = 0;
  for (const [stream, ...counts] of rows) {
    const [cut = 0, records = 0, loaded = 0, setAside = 0, load = 0] = counts.map(Number);
    totals.set(String(stream), { cut, records, rows: loaded, setAside });
    newest = Math.max(newest, load);
  }
  return { newest, totals };
}

/** What the ledger says of one cut. */
export interface LedgerEntry {
  readonly load: number;
  readonly rows: number;
  readonly setAside: number;
  readonly loadedAt: Instant;
}

/** Undefined when the cut is not loaded. */
export async function readEntry(
  transport: Transport,
  { stream, cut }: Pick<Manifest, "stream" | "cut">,
  running: Running,
): Promise<LedgerEntry | undefined> {
  const sql = `SELECT LOAD, "ROWS", SET_ASIDE, DATEDIFF('millisecond', '1970-01-01'::TIMESTAMP_NTZ, LOADED_AT)
    FROM _LOADS WHERE STREAM = ${quoteText(stream)} AND CUT = ${cut}`;
  const [row] = await rowsOf(await transport.ask(sql, running));
  if (row === undefined) {
    return undefined;
  }
  const [load = 0, rows = 0, setAside = 0, at = 0] = row.map(Number);
  return { load, rows, setAside, loadedAt: toInstant(at) };
}
