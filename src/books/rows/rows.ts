/** Lake ↔ warehouse: the rows of a table are exactly the places that the loaded cuts delivered, each once. */

import type { ShardRange } from "../../seams/announce.ts";
import { fromAssignedId } from "../../base/record.ts";
import { type Account, placeIds } from "../account.ts";
import { type Ask, quoteName, rowsOf, toNumber, toText } from "../cells.ts";
import type { FoundRows, LoadedCut, TableRows } from "./places.ts";
import { eachPlace, minus, type Places, sizeOf, toPlaces } from "../ranges.ts";

export interface RowMeans {
  readonly ask: Ask;
  readonly rows: TableRows;
  readonly account: Account;
  /** Ids of the cut's rows that the table lacks, where the values were compared. */
  readonly lacking: readonly string[] | undefined;
}

/** Compares one cut's rows with its manifest; resolves to the rows that are right. */
export async function compareRows(
  means: RowMeans,
  { manifest, loaded }: LoadedCut,
  found: FoundRows | undefined,
): Promise<number> {
  const { account, rows, lacking: named } = means;
  const { stream, table } = rows;
  const { cut, object } = manifest;
  const delivered = minus(toPlaces(manifest.ranges), toPlaces(manifest.dropped));
  const has = found?.places ?? [];
  const lacking = minus(delivered, has);
  const beside = minus(has, delivered);
  const without = (manifest.failed?.records ?? 0) + loaded.setAside;
  const letters = without === 0 ? toPlaces([]) : await lettersOf(means, cut);
  // Where letters are missing, which their own account tells, only numbers can be compared; so it is where a letter is
  // of a record that was sent again: its id tells the place of the first sending, which another cut delivered.
  const exact = sizeOf(letters) === without && minus(letters, delivered).length === 0;
  const astray = minus(lacking, letters);
  const short = exact ? sizeOf(astray) : sizeOf(lacking) - without;
  const over = exact ? sizeOf(has) - sizeOf(minus(has, letters)) : -short;
  account.expected += sizeOf(delivered) - without;
  if (short > 0) {
    const ids = (without === 0 ? undefined : named) ?? placeIds(stream, astray);
    account.missing(
      short,
      ids,
      `${table} lacks ${short} row(s) of ${object?.name ?? `cut ${cut}`}`,
    );
  }
  account.extra(over, [], `cut ${cut} has ${over} row(s) in ${table} that are dead letters too`);
  account.extraPlaces(stream, beside, `${table} has rows that cut ${cut} does not hold`);
  if (found !== undefined && found.twice > 0) {
    const ids = await idsTwice(means.ask, rows, loaded.load);
    account.extra(found.twice, ids, `${table} has rows of ${object?.name ?? ""} more than once`);
  }
  const strange = found?.strange ?? 0;
  const from = `${table} has rows of load ${loaded.load} from an unknown object ${found?.strangeName}`;
  account.extra(strange, [], from);
  return sizeOf(has) - sizeOf(beside);
}

/** Places of the cut's records that have a dead letter instead of a row, as far as their letters tell. */
async function lettersOf({ ask, rows }: RowMeans, cut: number): Promise<Places> {
  const sql = `SELECT d.id, d._shard, d._sequence FROM dead_letters d JOIN _loads l ON d._load = l.load
    WHERE l.stream = ? AND l.cut = ? AND d.stage IN ('transform', 'load')`;
  const letters = await rowsOf(ask, sql, [rows.stream, cut]);
  const known: ShardRange[] = letters.flatMap(([id, shard, sequence]) => {
    if (typeof shard === "number" && typeof sequence === "number") {
      return [{ shard, first: sequence, last: sequence }];
    }
    const at = fromAssignedId(toText(id));
    return at?.stream === rows.stream
      ? [{ shard: at.shard, first: at.sequence, last: at.sequence }]
      : [];
  });
  return toPlaces(known);
}

async function idsTwice(ask: Ask, rows: TableRows, load: number): Promise<string[]> {
  const sql = `SELECT _shard, _sequence FROM ${quoteName(rows.table)} t WHERE _load = ? AND ${rows.only}
    GROUP BY _shard, _sequence HAVING count(*) > 1 ORDER BY _shard, _sequence LIMIT 100`;
  const found = await rowsOf(ask, sql, [load]);
  const runs = found.map(([shard, sequence]) => ({
    shard: toNumber(shard),
    first: toNumber(sequence),
    last: toNumber(sequence),
  }));
  return [...eachPlace(runs, runs.length)].flatMap(({ shard, sequence }) =>
    placeIds(rows.stream, [{ shard, first: sequence, last: sequence }]),
  );
}

/** Online: as many rows as the ledger says, in one statement that sees one state of both, without reading any of them. */
export async function compareTotals(ask: Ask, rows: TableRows, account: Account): Promise<void> {
  const { stream, table, only } = rows;
  const sql = `SELECT (SELECT count(*) FROM ${quoteName(table)} t WHERE ${only}),
    (SELECT coalesce(sum("rows"), 0) FROM _loads WHERE stream = ?)`;
  const [both] = await rowsOf(ask, sql, [stream]);
  const [found, written] = [toNumber(both?.[0]), toNumber(both?.[1])];
  const remark = `${table} has ${found} row(s), the ledger says ${written}`;
  account.missing(written - found, [], remark);
  account.extra(found - written, [], remark);
}

/** Rows whose load the ledger does not have for their stream: nobody knows where they come from. */
export async function findForeign(ask: Ask, rows: TableRows, account: Account): Promise<void> {
  const where = `${rows.only} AND (t._load IS NULL OR t._load NOT IN (SELECT load FROM _loads WHERE stream = ?))`;
  const from = `FROM ${quoteName(rows.table)} t WHERE ${where}`;
  const [count] = await rowsOf(ask, `SELECT count(*) ${from}`, [rows.stream]);
  const foreign = toNumber(count?.[0]);
  if (foreign > 0) {
    const found = await rowsOf(ask, `SELECT t._event_id ${from} LIMIT 100`, [rows.stream]);
    const ids = found.map(([id]) => toText(id)).filter((id) => id !== "");
    account.extra(foreign, ids, `${rows.table} has rows of loads that are not in the ledger`);
  }
}
