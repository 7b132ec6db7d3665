/** Objects ↔ rows by value: what an object gives when it is read again, and what the table holds, by one SQL. */

import { DEAD_LETTERS } from "../../base/record.ts";
import { AUDITED, type Audit } from "../../seams/audit.ts";
import type { Cell } from "../../seams/query.ts";
import type { Account } from "../account.ts";
import { type Ask, quoteName, rowsOf, toNumber, toText } from "../cells.ts";
import { type HashedColumn, rowHash } from "../fingerprint.ts";
import type { LoadedCut, TableRows } from "./rows.ts";

const LETTERS = "dead_letters";
/** Number and time of a load differ when it is done again; the object's name is compared with the places. */
const BESIDE = new Set(["_load", "_loaded_at", "_object"]);

export interface ValueMeans {
  readonly ask: Ask;
  readonly audit: Audit;
  readonly rows: TableRows;
  /** Hash of the definition that reads the objects now, and the columns it gives a row. */
  readonly planHash: string;
  readonly columns: readonly string[];
  readonly account: Account;
  readonly letters: Account;
}

interface Side {
  readonly table: string;
  readonly audited: string;
  readonly columns: readonly HashedColumn[];
  /** SQL of what a row is known by: the same in the object and in the table. */
  readonly key: string;
  readonly id: string;
  readonly only: string;
}

/** Compares one loaded cut after another; the tables' columns are asked for once. */
export class Values {
  readonly #means: ValueMeans;
  #types: ReadonlyMap<string, readonly HashedColumn[]> | undefined;
  /** Of all rows compared, as the table has them. */
  rows = 0;
  fingerprint = 0n;

  constructor(means: ValueMeans) {
    this.#means = means;
  }

  /** Resolves to the ids of rows that the object has and the table has not at all. */
  async compare({ manifest, loaded }: LoadedCut): Promise<readonly string[]> {
    const { audit, account, letters } = this.#means;
    const { load, loadedAt } = loaded;
    const own = manifest.stream === DEAD_LETTERS;
    const sides = [
      ...(own ? [] : [await this.#rowsSide(manifest.planHash, Object.keys(manifest.discovered))]),
      await this.#lettersSide(),
    ];
    const statements = sides.map((side) => differences(side, load));
    const answers = await audit.audit({ manifest, load, loadedAt, statements });
    const lacking: string[] = [];
    for (const [at, side] of sides.entries()) {
      const of = own || side.table !== LETTERS ? account : letters;
      const from = manifest.object?.name ?? manifest.failed?.name ?? `cut ${manifest.cut}`;
      const answer = answers[at] ?? [];
      judge(answer, { of, remark: `${side.table} has other values than ${from}` });
      if (side.table === this.#means.rows.table) {
        this.#count(answer);
        lacking.push(
          ...answer.filter(([kind]) => kind === "lacking").map(([, , id]) => toText(id)),
        );
      }
    }
    return lacking;
  }

  #count(answer: Answer): void {
    for (const [, rows, sum] of answer.filter(([kind]) => kind === "table")) {
      this.rows += toNumber(rows);
      this.fingerprint += BigInt(toText(sum));
    }
  }

  async #rowsSide(planHash: string, discovered: readonly string[]): Promise<Side> {
    const { rows, planHash: current, columns } = this.#means;
    const all = (await this.#typesOf(rows.table)).filter(({ name }) => !BESIDE.has(name));
    // A cut of an earlier definition may have filled columns that this one does not read any more.
    const known = new Set([...columns, ...discovered]);
    const compared =
      planHash === current
        ? all
        : all.filter(({ name }) => known.has(name) || name.startsWith("_"));
    const key = "concat(_shard, '.', _sequence)";
    const id = "_event_id";
    return { ...rows, audited: AUDITED.rows, columns: compared, key, id, only: "true" };
  }

  async #lettersSide(): Promise<Side> {
    const columns = (await this.#typesOf(LETTERS)).filter(({ name }) => !BESIDE.has(name));
    const key = "concat(stage, ' ', _line, ' ', id)";
    return { table: LETTERS, audited: AUDITED.letters, columns, key, id: "id", only: "true" };
  }

  async #typesOf(table: string): Promise<readonly HashedColumn[]> {
    this.#types ??= await readTypes(this.#means.ask);
    return this.#types.get(table) ?? [];
  }
}

type Answer = readonly (readonly Cell[])[];

function judge(
  answer: Answer,
  { of, remark }: { readonly of: Account; readonly remark: string },
): void {
  const changed = answer.filter(([kind]) => kind === "changed");
  const count = toNumber(changed[0]?.[1] ?? null);
  const ids = changed.map(([, , id]) => toText(id));
  of.missing(count, ids, `${remark} in ${count} row(s)`);
  of.extra(count, [], "as many stand there edited");
}

async function readTypes(ask: Ask): Promise<ReadonlyMap<string, readonly HashedColumn[]>> {
  const rows = await rowsOf(
    ask,
    `SELECT table_name, column_name, data_type FROM duckdb_columns() WHERE database_name = 'warehouse'
     AND schema_name = 'main' ORDER BY table_name, column_index`,
  );
  const found = rows.map(([table, name, type]) => ({
    table: toText(table),
    column: { name: toText(name), type: toText(type) },
  }));
  const tables = Map.groupBy(found, ({ table }) => table);
  return new Map([...tables].map(([table, all]) => [table, all.map(({ column }) => column)]));
}

/**
 * Each row hashed once; the sum of each side, and what is known by one name and hashes differently. How many names one
 * side lacks is a matter of places, which are compared apart; here they get their ids.
 */
function differences({ table, audited, columns, key, id, only }: Side, load: number): string {
  // The hash is written once, over both: of 473 columns, planning it takes the engine longer than thousands of rows do.
  const names = columns.map(({ name }) => quoteName(name)).join(", ");
  return `WITH sides AS (SELECT 'object' AS side, ${names} FROM ${audited}
    UNION ALL SELECT 'table', ${names} FROM ${quoteName(table)} t WHERE t._load = ${load} AND ${only}),
  hashed AS MATERIALIZED (SELECT side, ${key} AS known, ${id} AS id, ${rowHash(columns)} AS h FROM sides),
  unlike AS (SELECT known, h, any_value(id) AS id, count(*) FILTER (side = 'object') AS owed,
    count(*) FILTER (side = 'table') AS has FROM hashed GROUP BY known, h HAVING owed <> has),
  changed AS (SELECT known, any_value(id) FILTER (owed > has) AS id FROM unlike GROUP BY known
    HAVING max(owed - has) > 0 AND min(owed - has) < 0)
  SELECT side, count(*), CAST(sum(h) AS VARCHAR) FROM hashed GROUP BY side
  UNION ALL (SELECT 'changed', (SELECT count(*) FROM changed), id FROM changed ORDER BY id LIMIT 100)
  UNION ALL (SELECT 'lacking', 0, any_value(id) FROM unlike GROUP BY known HAVING sum(has) = 0 LIMIT 100)`;
}
