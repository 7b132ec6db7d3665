/** The ledger of loads: one row per cut, written in the transaction that writes the cut's rows. */

import type { DuckDBConnection } from "@duckdb/node-api";
import { type Instant, toInstant } from "../../../base/clock.ts";
import type { Manifest } from "../../../seams/announce.ts";
import { readRows } from "./query/run-query.ts";
import { quoteText } from "./quote.ts";

/** `load` is dense and grows in the order of commits: there is one loader, so it is the position models read by. */
export const LEDGER_STATEMENT = `CREATE TABLE IF NOT EXISTS _loads (
  load BIGINT NOT NULL, stream VARCHAR NOT NULL, cut BIGINT NOT NULL, object VARCHAR, records BIGINT NOT NULL,
  "rows" BIGINT NOT NULL, set_aside BIGINT NOT NULL, loaded_at TIMESTAMP NOT NULL, bytes BIGINT NOT NULL,
  sha256 VARCHAR, plan_hash VARCHAR NOT NULL, PRIMARY KEY (stream, cut))`;

export interface LedgerRow {
  readonly load: number;
  readonly manifest: Manifest;
  readonly rows: number;
  /** Rows of the object that the load itself set aside. */
  readonly setAside: number;
  readonly loadedAt: Instant;
}

/** Throws, through the primary key, when the cut is there already. */
export async function writeLedger(connection: DuckDBConnection, row: LedgerRow): Promise<void> {
  const { manifest } = row;
  const { object } = manifest;
  const values = [
    row.load,
    quoteText(manifest.stream),
    manifest.cut,
    object === undefined ? "NULL" : quoteText(object.name),
    manifest.records,
    row.rows,
    row.setAside,
    timestampText(row.loadedAt),
    object?.bytes ?? 0,
    object === undefined ? "NULL" : quoteText(object.sha256),
    quoteText(manifest.planHash),
  ];
  await connection.run(`INSERT INTO _loads VALUES (${values.join(", ")})`);
}

export interface LedgerTotals {
  readonly stream: string;
  /** Newest cut that is loaded. */
  readonly cut: number;
  readonly records: number;
  readonly rows: number;
  readonly setAside: number;
}

export async function readTotals(connection: DuckDBConnection): Promise<readonly LedgerTotals[]> {
  const rows = await readRows(
    connection,
    `SELECT stream, max(cut), sum(records), sum("rows"), sum(set_aside) FROM _loads GROUP BY stream`,
  );
  return rows.map(([stream, cut, records, loaded, setAside]) => ({
    stream: String(stream),
    cut: Number(cut),
    records: Number(records),
    rows: Number(loaded),
    setAside: Number(setAside),
  }));
}

/** The newest load of all, 0 before the first. */
export async function readNewestLoad(connection: DuckDBConnection): Promise<number> {
  const rows = await readRows(connection, "SELECT coalesce(max(load), 0) FROM _loads");
  return Number(rows[0]?.[0] ?? 0);
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
  connection: DuckDBConnection,
  { stream, cut }: Pick<Manifest, "stream" | "cut">,
): Promise<LedgerEntry | undefined> {
  const [row] = await readRows(
    connection,
    `SELECT load, "rows", set_aside, epoch_ms(loaded_at) FROM _loads
     WHERE stream = ${quoteText(stream)} AND cut = ${cut}`,
  );
  if (row === undefined) {
    return undefined;
  }
  const [load, rows, setAside, loadedAt] = row.map(Number);
  return {
    load: load ?? 0,
    rows: rows ?? 0,
    setAside: setAside ?? 0,
    loadedAt: toInstant(loadedAt ?? 0),
  };
}

export function timestampText(at: Instant): string {
  return `TIMESTAMP '${new Date(at).toISOString().replace("Z", "")}'`;
}
