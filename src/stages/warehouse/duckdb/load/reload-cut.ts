/** Puts back what the tables lack of a cut that was loaded: the loader's own work, less the rows that are there. */

import { defined } from "../../../../base/assert.ts";
import { Fault } from "../../../../base/faults.ts";
import { DEAD_LETTERS } from "../../../../base/record.ts";
import { type LedgerEntry, readEntry } from "../ledger.ts";
import { quoteName } from "../quote.ts";
import { LETTERS_TABLE } from "../schema.ts";
import { type CutToLoad, loadThen } from "./load-cut.ts";

/** A row of a stream is known by its place in the log; a letter need not have one. */
const ROW_KEYS = ["_shard", "_sequence"];
const LETTER_KEYS = ["stage", "id", "_line"];

/**
 * Rows and letters put back. The cut is loaded once more under the negative of its load, which no other row can have;
 * those whose place is taken go, and the rest get the load they had. All of it is one transaction.
 * Throws LOAD_FAILED, also where the pipeline as it is now makes other rows of the object.
 */
export async function reloadCut(cut: Omit<CutToLoad, "load" | "loadedAt">): Promise<number> {
  const { connection, manifest, stream } = cut;
  const entry = defined(await readEntry(connection, manifest), "only a loaded cut is put back");
  const { load, loadedAt } = entry;
  let back = 0;
  await loadThen({ ...cut, load: -load, loadedAt }, async (staged) => {
    mustAgree(staged, entry, manifest.object?.name ?? `cut ${manifest.cut}`);
    back = await settle(cut, { table: LETTERS_TABLE, keys: LETTER_KEYS, load });
    if (stream.name !== DEAD_LETTERS) {
      back += await settle(cut, { table: stream.table, keys: ROW_KEYS, load });
    }
  });
  return back;
}

function mustAgree(
  staged: Pick<LedgerEntry, "rows" | "setAside">,
  entry: LedgerEntry,
  name: string,
): void {
  if (staged.rows !== entry.rows || staged.setAside !== entry.setAside) {
    const now = `${staged.rows} row(s) and ${staged.setAside} set aside`;
    const cause = `it gives ${now}, at its load it gave ${entry.rows} and ${entry.setAside}`;
    throw new Fault("OBJECT_DAMAGED", { name, cause });
  }
}

interface Put {
  readonly table: string;
  readonly keys: readonly string[];
  readonly load: number;
}

async function settle(
  { connection }: Pick<CutToLoad, "connection">,
  { table, keys, load }: Put,
): Promise<number> {
  const name = quoteName(table);
  const same = keys.map((key) => `there.${key} IS NOT DISTINCT FROM ${name}.${key}`);
  await connection.run(
    `DELETE FROM ${name} WHERE _load = ${-load}
     AND EXISTS (SELECT 1 FROM ${name} there WHERE there._load = ${load} AND ${same.join(" AND ")})`,
  );
  const sql = `UPDATE ${name} SET _load = ${load} WHERE _load = ${-load}`;
  return (await connection.run(sql)).rowsChanged;
}
