/** Objects ↔ rows by value: what an object gives when it is read again, and what the table holds, by one SQL. */

import { DEAD_LETTERS } from "../../base/record.ts";
import { type Manifest, nameOfCut } from "../../seams/announce.ts";
import { AUDITED, type Audit, type AuditAnswer } from "../../seams/audit.ts";
import type { Cell } from "../../seams/query.ts";
import type { Account } from "../account.ts";
import { type Ask, rowsOf, toNumber, toText, toType } from "../cells.ts";
import type { HashedColumn } from "../fingerprint.ts";
import type { LoadedCut, TableRows } from "../rows/places.ts";
import { differences, fingerprintOf, sameRows, type Side } from "./values-sql.ts";

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

/** Loads whose rows are hashed by the same columns. */
interface Compared {
  readonly side: Side;
  readonly loads: number[];
}

/** A fingerprint's statement reads so many loads: planning it takes as long as hashing thousands of wide rows. */
const LOADS_MAX = 20;

/** Compares one loaded cut after another; the tables' columns are asked for once. */
export class Values {
  readonly #means: ValueMeans;
  #types: ReadonlyMap<string, readonly HashedColumn[]> | undefined;
  readonly #compared = new Map<string, Compared>();

  constructor(means: ValueMeans) {
    this.#means = means;
  }

  /** Resolves to the ids of rows that the object has and the table has not at all. */
  async compare({ manifest, loaded }: LoadedCut): Promise<readonly string[]> {
    const { audit } = this.#means;
    const { load, loadedAt } = loaded;
    const own = manifest.stream === DEAD_LETTERS;
    const sides = [
      ...(own ? [] : [await this.#rowsSide(manifest.planHash, Object.keys(manifest.discovered))]),
      await this.#lettersSide(),
    ];
    const request = { manifest, load, loadedAt };
    const counts = await audit.audit({
      ...request,
      statements: sides.map((s) => sameRows(s, load)),
    });
    this.#note(sides, load);
    const unlike = sides.filter((_side, at) => !isSame(counts[at] ?? []));
    if (unlike.length === 0) {
      return [];
    }
    const statements = unlike.map((side) => differences(side, load));
    return this.#tell(manifest, unlike, await audit.audit({ ...request, statements }));
  }

  /** Of all rows compared, as the table has them: how many there are, and the exact sum of their hashes. */
  async fingerprint(): Promise<{ readonly rows: number; readonly sum: bigint }> {
    let rows = 0;
    let sum = 0n;
    for (const { side, loads } of this.#compared.values()) {
      for (let at = 0; at < loads.length; at += LOADS_MAX) {
        const some = loads.slice(at, at + LOADS_MAX);
        const [found] = await rowsOf(this.#means.ask, fingerprintOf(side, side.columns, some));
        rows += toNumber(found?.[0]);
        sum += BigInt(toText(found?.[1]));
      }
    }
    return { rows, sum };
  }

  #note(sides: readonly Side[], load: number): void {
    for (const side of sides.filter(({ table }) => table === this.#means.rows.table)) {
      const columns = JSON.stringify(side.columns.map(({ name }) => name));
      const compared = this.#compared.get(columns) ?? { side, loads: [] };
      compared.loads.push(load);
      this.#compared.set(columns, compared);
    }
  }

  #tell(manifest: Manifest, sides: readonly Side[], answers: AuditAnswer): readonly string[] {
    const { account, letters, rows } = this.#means;
    const own = manifest.stream === DEAD_LETTERS;
    const lacking: string[] = [];
    for (const [at, side] of sides.entries()) {
      const of = own || side.table !== LETTERS ? account : letters;
      const from = nameOfCut(manifest);
      const answer = answers[at] ?? [];
      judge(answer, { of, remark: `${side.table} has other values than ${from}` });
      if (side.table === rows.table) {
        lacking.push(
          ...answer.filter(([kind]) => kind === "lacking").map(([, , id]) => toText(id)),
        );
      }
    }
    return lacking;
  }

  async #rowsSide(planHash: string, discovered: readonly string[]): Promise<Side> {
    const { rows, planHash: current, columns } = this.#means;
    const all = (await this.#typesOf(rows.table)).filter(({ name }) => !BESIDE.has(name));
    // A cut of an earlier definition may have filled columns that this one does not read any more.
    const known = new Set([...columns, ...discovered].map((name) => name.toLowerCase()));
    const compared =
      planHash === current
        ? all
        : all.filter(({ name }) => known.has(name.toLowerCase()) || name.startsWith("_"));
    const key = ["_shard", "_sequence"];
    const id = "_event_id";
    return { ...rows, audited: AUDITED.rows, columns: compared, key, id, only: "true" };
  }

  async #lettersSide(): Promise<Side> {
    const columns = (await this.#typesOf(LETTERS)).filter(({ name }) => !BESIDE.has(name));
    const key = ["stage", "_line", "id"];
    return { table: LETTERS, audited: AUDITED.letters, columns, key, id: "id", only: "true" };
  }

  async #typesOf(table: string): Promise<readonly HashedColumn[]> {
    this.#types ??= await readTypes(this.#means.ask);
    return this.#types.get(fold(table)) ?? [];
  }
}

type Answer = readonly (readonly Cell[])[];

function isSame([counts = []]: Answer): boolean {
  const [object, table, pairs, keys] = counts.map(toNumber);
  return object === table && object === pairs && object === keys;
}

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

/** Names as both engines take them: one keeps their letters and folds A to Z alone, the other has them in capitals. */
function fold(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase());
}

async function readTypes(ask: Ask): Promise<ReadonlyMap<string, readonly HashedColumn[]>> {
  const rows = await rowsOf(
    ask,
    `SELECT table_name, column_name, data_type FROM information_schema.columns
     WHERE table_catalog = current_database() AND table_schema = current_schema()
     ORDER BY table_name, ordinal_position`,
  );
  const found = rows.map(([table, name, type]) => ({
    table: fold(toText(table)),
    column: { name: fold(toText(name)), type: toType(type) },
  }));
  const tables = Map.groupBy(found, ({ table }) => table);
  return new Map([...tables].map(([table, all]) => [table, all.map(({ column }) => column)]));
}
