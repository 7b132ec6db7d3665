/** One table in two warehouses: counts and an order-free fingerprint in buckets, then the rows of those that differ. */

import type { Query } from "../../seams/query.ts";
import type { Finding } from "../../seams/verify.ts";
import { Account, showCount } from "../account.ts";
import { type Ask, quoteName, rowsOf, toNumber, toText } from "../cells.ts";
import {
  comparedColumns,
  type ComparedTable,
  rowName,
  rowValues,
  type TableColumn,
} from "./tables.ts";

export interface Sides {
  /** What the lake gives. */
  readonly rebuilt: Query;
  readonly live: Query;
  readonly signal: AbortSignal | undefined;
}

/** Rows of one bucket, so that the answer about a bucket stays well under a query's row limit. */
const BUCKET_ROWS = 16_384;
const BUCKETS_MAX = 65_536;
/** Rows looked at one by one in one question, and questions asked of one table. */
const LOOK_ROWS = 65_536;
const LOOKS_MAX = 32;

export async function compareTable(sides: Sides, table: ComparedTable): Promise<Finding> {
  const account = new Account(`${table.name}: lake ↔ live`);
  const rebuilt: Ask = { query: sides.rebuilt, signal: sides.signal };
  const live: Ask = { query: sides.live, signal: sides.signal };
  const columns = await sameColumns(account, table, { rebuilt, live });
  const counts = { rebuilt: await countRows(rebuilt, table), live: await countRows(live, table) };
  account.expected = counts.rebuilt;
  const most = Math.max(counts.rebuilt, counts.live);
  const buckets = Math.min(BUCKETS_MAX, Math.ceil(most / BUCKET_ROWS) || 1);
  const look: Look = { table, columns, buckets };
  const [wanted, has] = [await readBuckets(rebuilt, look), await readBuckets(live, look)];
  const differing = [...new Set([...wanted.keys(), ...has.keys()])].filter(
    (bucket) => wanted.get(bucket)?.sum !== has.get(bucket)?.sum,
  );
  const size = (bucket: number): number =>
    Math.max(wanted.get(bucket)?.rows ?? 0, has.get(bucket)?.rows ?? 0);
  const groups = grouped(differing, size);
  for (const group of groups.slice(0, LOOKS_MAX)) {
    const rows = {
      rebuilt: await readHashes(rebuilt, look, group),
      live: await readHashes(live, look, group),
    };
    tell(account, table, rows);
  }
  for (const bucket of groups.slice(LOOKS_MAX).flat()) {
    const [rows, found] = [wanted.get(bucket)?.rows ?? 0, has.get(bucket)?.rows ?? 0];
    account.missing(Math.max(1, rows - found), [], `further rows of ${table.name} differ`);
  }
  const fingerprint = [...wanted.values()].reduce((sum, one) => sum + BigInt(one.sum), 0n);
  return account.close(`${showCount(most)} row(s), fingerprint ${fingerprint.toString(16)}.`);
}

interface Look {
  readonly table: ComparedTable;
  readonly columns: readonly TableColumn[];
  readonly buckets: number;
}

/** What both have; a column that only one of them has is a difference of its own. */
async function sameColumns(
  account: Account,
  table: ComparedTable,
  { rebuilt, live }: { readonly rebuilt: Ask; readonly live: Ask },
): Promise<readonly TableColumn[]> {
  const [wanted, found] = [await readColumns(rebuilt, table), await readColumns(live, table)];
  const types = new Map(found.map(({ name, type }) => [name, type]));
  const names = new Set(wanted.map(({ name }) => name));
  for (const { name, type } of wanted.filter((one) => types.get(one.name) !== one.type)) {
    const has = types.get(name) ?? "missing";
    account.missing(1, [], `column ${name} of ${table.name} is ${has} instead of ${type}`);
  }
  for (const { name } of found.filter((one) => !names.has(one.name))) {
    account.extra(1, [], `column ${name} of ${table.name} is not what the lake gives`);
  }
  return wanted.filter(({ name, type }) => types.get(name) === type);
}

async function readColumns(ask: Ask, { name }: ComparedTable): Promise<readonly TableColumn[]> {
  const rows = await rowsOf(
    ask,
    `SELECT column_name, data_type FROM duckdb_columns() WHERE database_name = 'warehouse'
     AND schema_name = 'main' AND table_name = ? ORDER BY column_index`,
    [name],
  );
  return rows.map(([column, type]) => ({ name: toText(column), type: toText(type) }));
}

async function countRows(ask: Ask, { name }: ComparedTable): Promise<number> {
  const [row] = await rowsOf(ask, `SELECT count(*) FROM ${quoteName(name)}`);
  return toNumber(row?.[0]);
}

/**
 * Every row as its 64-bit hash and its name. The engine's own hash is thirty times as fast as md5 over texts (0.4 s
 * instead of 12 s for 100,000 rows of 473 columns), and both sides are read by the same engine.
 */
function hashedRows({ table, columns }: Look): string {
  const values = rowValues(table, comparedColumns(table, columns)).join(", ") || "0";
  const name = rowName(table, columns);
  return `SELECT hash(${values}) AS h, CAST(${name} AS VARCHAR) AS name FROM ${quoteName(table.name)}`;
}

interface Bucket {
  readonly rows: number;
  readonly sum: string;
}

async function readBuckets(ask: Ask, look: Look): Promise<ReadonlyMap<number, Bucket>> {
  const sql = `SELECT h % ${look.buckets}, count(*), CAST(sum(h) AS VARCHAR) FROM (${hashedRows(look)}) GROUP BY 1`;
  const rows = await rowsOf(ask, sql);
  return new Map(
    rows.map(([bucket, count, sum]) => [
      toNumber(bucket),
      { rows: toNumber(count), sum: toText(sum) },
    ]),
  );
}

function grouped(buckets: readonly number[], size: (bucket: number) => number): number[][] {
  const groups: number[][] = [];
  let rows = LOOK_ROWS;
  for (const bucket of buckets) {
    if (rows + size(bucket) > LOOK_ROWS) {
      groups.push([]);
      rows = 0;
    }
    groups.at(-1)?.push(bucket);
    rows += size(bucket);
  }
  return groups;
}

interface Hashed {
  readonly count: number;
  readonly name: string;
}

async function readHashes(
  ask: Ask,
  look: Look,
  buckets: readonly number[],
): Promise<ReadonlyMap<string, Hashed>> {
  const sql = `SELECT CAST(h AS VARCHAR), count(*), min(name) FROM (${hashedRows(look)})
    WHERE h % ${look.buckets} IN (${buckets.join(", ")}) GROUP BY h`;
  const rows = await rowsOf(ask, sql);
  return new Map(
    rows.map(([hash, count, name]) => [
      toText(hash),
      { count: toNumber(count), name: toText(name) },
    ]),
  );
}

interface BothRows {
  readonly rebuilt: ReadonlyMap<string, Hashed>;
  readonly live: ReadonlyMap<string, Hashed>;
}

/** A row with another value is missing as it should be, and there once too often as it is. */
function tell(account: Account, { name }: ComparedTable, { rebuilt, live }: BothRows): void {
  const missing = surplus(rebuilt, live);
  const extra = surplus(live, rebuilt);
  const names = new Set(missing.map((row) => row.name));
  const altered = new Set(extra.map((row) => row.name).filter((one) => names.has(one)));
  const others = altered.size === 0 ? "" : `, ${altered.size} of them with other values`;
  account.missing(total(missing), namesOf(missing), `${name} lacks row(s) of the lake${others}`);
  const beyond = extra.filter((row) => !altered.has(row.name));
  account.extra(total(extra), namesOf(beyond), `${name} has row(s) that the lake does not give`);
}

function surplus(
  of: ReadonlyMap<string, Hashed>,
  over: ReadonlyMap<string, Hashed>,
): readonly Hashed[] {
  return [...of].flatMap(([hash, { count, name }]) => {
    const more = count - (over.get(hash)?.count ?? 0);
    return more > 0 ? [{ count: more, name }] : [];
  });
}

function total(rows: readonly Hashed[]): number {
  return rows.reduce((sum, { count }) => sum + count, 0);
}

function namesOf(rows: readonly Hashed[]): readonly string[] {
  return rows.map(({ name }) => name).toSorted();
}
