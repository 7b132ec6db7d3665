/** Lake ↔ ledger: each announced cut has its one row in `_loads`, which says what the manifest says. */

import { type Instant, toInstant } from "../../base/clock.ts";
import type { Manifest } from "../../seams/announce.ts";
import type { Account } from "../account.ts";
import { type Ask, millisSql, rowsOf, toNumber, toText } from "../cells.ts";

export interface Loaded {
  readonly load: number;
  readonly cut: number;
  readonly object: string;
  readonly records: number;
  readonly rows: number;
  readonly setAside: number;
  readonly bytes: number;
  readonly sha256: string;
  readonly loadedAt: Instant;
}

const LEDGER = `SELECT load, cut, object, records, "rows", set_aside, bytes, sha256, ${millisSql("loaded_at")} FROM _loads
  WHERE stream = ? AND cut BETWEEN ? AND ? ORDER BY cut`;

/** Ledger rows of a stream's cuts `from` to `to`, both included. */
export async function readLedger(
  ask: Ask,
  stream: string,
  cuts: { readonly from: number; readonly to: number },
): Promise<ReadonlyMap<number, Loaded>> {
  const rows = await rowsOf(ask, LEDGER, [stream, cuts.from, cuts.to]);
  return new Map(
    rows.map(([load, cut, object, records, count, setAside, bytes, sha256, at]) => [
      toNumber(cut),
      {
        load: toNumber(load),
        cut: toNumber(cut),
        object: toText(object),
        records: toNumber(records),
        rows: toNumber(count),
        setAside: toNumber(setAside),
        bytes: toNumber(bytes),
        sha256: toText(sha256),
        loadedAt: toInstant(toNumber(at)),
      },
    ]),
  );
}

export interface LoadedTotal {
  /** Newest cut that was loaded or set aside, 0 before the first. */
  readonly cut: number;
  /** Records of the cuts up to there. */
  readonly records: number;
}

const TOTALS = `SELECT stream, max(cut), sum(records) FROM (
  SELECT stream, cut, records FROM _loads UNION ALL SELECT stream, cut, records FROM _set_aside) GROUP BY stream`;

export async function readTotals(ask: Ask): Promise<ReadonlyMap<string, LoadedTotal>> {
  const rows = await rowsOf(ask, TOTALS);
  return new Map(
    rows.map(([stream, cut, records]) => [
      toText(stream),
      { cut: toNumber(cut), records: toNumber(records) },
    ]),
  );
}

const ASIDES = "SELECT cut, cause FROM _set_aside WHERE stream = ? AND cut BETWEEN ? AND ?";

/** Why cuts `from` to `to` of a stream are set aside, by cut. */
export async function readAsides(
  ask: Ask,
  stream: string,
  cuts: { readonly from: number; readonly to: number },
): Promise<ReadonlyMap<number, string>> {
  const rows = await rowsOf(ask, ASIDES, [stream, cuts.from, cuts.to]);
  return new Map(rows.map(([cut, cause]) => [toNumber(cut), toText(cause)]));
}

/** What the ledger says otherwise than the manifest does. */
export function compareLedger(manifest: Manifest, loaded: Loaded, account: Account): void {
  const { cut, object } = manifest;
  const says: [string, string | number, string | number][] = [
    ["object", object?.name ?? "", loaded.object],
    ["records", manifest.records, loaded.records],
    ["bytes", object?.bytes ?? 0, loaded.bytes],
    ["sha256", object?.sha256 ?? "", loaded.sha256],
    ["rows and rows set aside", object?.records ?? 0, loaded.rows + loaded.setAside],
  ];
  for (const [what, expected, found] of says) {
    if (expected !== found) {
      const remark = `cut ${cut}: the manifest has ${what} ${expected}, the ledger ${found}`;
      account.unread(remark);
    }
  }
}
