/** Puts back what the tables lack of a cut that was loaded: the loader's own work, less the rows that are there. */

import { defined } from "../../../../base/assert.ts";
import { DEAD_LETTERS } from "../../../../base/record.ts";
import { readEntry } from "../ledger.ts";
import { quoteText } from "../../../../base/snowflake-text.ts";
import { quoteName } from "../quote.ts";
import { LETTERS_TABLE } from "../schema.ts";
import { countsOf, type CutToLoad, runScript, stepsOf } from "./load-cut.ts";

/** A row of a stream is known by its place in the log; a letter need not have one. */
const ROW_KEYS = ["_shard", "_sequence"];
const LETTER_KEYS = ["stage", "id", "_line"];

/**
 * Rows and letters put back. The cut is loaded once more under the negative of its load, which no other row can have;
 * those whose place is taken go, and the rest get the load they had. All of it is one transaction.
 * Throws LOAD_FAILED, OBJECT_DAMAGED also where the pipeline as it is now makes other rows of the object.
 */
export async function reloadCut(given: Omit<CutToLoad, "load" | "loadedAt">): Promise<number> {
  const { transport, running, manifest, stream } = given;
  const found = await readEntry(transport, manifest, running);
  const { load, loadedAt, rows, setAside } = defined(found, "only a loaded cut is put back");
  const cut = { ...given, load: -load, loadedAt };
  const steps = await stepsOf(cut);
  const counts = countsOf(cut);
  const name = manifest.object?.name ?? `cut ${manifest.cut}`;
  const tables = [
    { table: LETTERS_TABLE, keys: LETTER_KEYS },
    ...(stream.name === DEAD_LETTERS ? [] : [{ table: stream.table, keys: ROW_KEYS }]),
  ];
  const back = tables.map(({ table }) => countOf(table, -load)).join(" + ");
  const settled = tables.map((put) => settle(put, load));
  const answer = await runScript(cut, [
    ...steps.before,
    mustAgree(counts.rows, rows, name),
    mustAgree(counts.setAside, setAside, name),
    "CREATE OR REPLACE TEMPORARY TABLE _BACK (N NUMBER(38, 0))",
    "BEGIN TRANSACTION",
    ...steps.inside,
    ...settled.map(([taken]) => taken),
    `INSERT INTO _BACK (N) SELECT ${back}`,
    ...settled.map(([, renamed]) => renamed),
    ...cut.brought.taken,
    "COMMIT",
    "SELECT MAX(N) FROM _BACK",
  ]);
  return Number(answer[0]?.[0] ?? 0);
}

function mustAgree(found: string, expected: number, name: string): string {
  const text = quoteText(`OBJECT_DAMAGED ${name} should have ${expected} row(s) and has `);
  return `SELECT TO_NUMBER(IFF(${found} = ${expected}, '1', ${text} || ${found}))`;
}

function countOf(table: string, load: number): string {
  return `(SELECT COUNT(*) FROM ${quoteName(table)} WHERE _LOAD = ${load})`;
}

interface Put {
  readonly table: string;
  readonly keys: readonly string[];
}

function settle({ table, keys }: Put, load: number): readonly [taken: string, renamed: string] {
  const name = quoteName(table);
  const same = keys.map(
    (key) => `${name}.${quoteName(key)} IS NOT DISTINCT FROM THERE.${quoteName(key)}`,
  );
  const list = keys.map(quoteName).join(", ");
  return [
    `DELETE FROM ${name} USING (SELECT DISTINCT ${list} FROM ${name} WHERE _LOAD = ${load}) AS THERE
    WHERE ${name}._LOAD = ${-load} AND ${same.join(" AND ")}`,
    `UPDATE ${name} SET _LOAD = ${load} WHERE _LOAD = ${-load}`,
  ];
}
