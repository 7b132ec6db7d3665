/** Loads one cut: its rows, its letters and its ledger row in one transaction, or nothing. */

import type { DuckDBConnection } from "@duckdb/node-api";
import type { Instant } from "../../../../base/clock.ts";
import { DEAD_LETTER_COLUMNS } from "../../../../base/dead-letter.ts";
import { causeOf, Fault } from "../../../../base/faults.ts";
import { DEAD_LETTERS } from "../../../../base/record.ts";
import type { StreamPlan } from "../../../../plan/plan.ts";
import { type Manifest, nameOfCut, type StoredPart } from "../../../../seams/announce.ts";
import { removeAside } from "../aside.ts";
import { writeLedger } from "../ledger.ts";
import { fromSqlType, quoteName, SQL_TYPES } from "../quote.ts";
import { columnTypes, LETTERS_TABLE, tableColumns } from "../schema.ts";
import { type Evolution, planEvolution } from "../../objects/evolve.ts";
import { readFields } from "./fields.ts";
import { loadStaged, type Staged } from "./load-staged.ts";
import { loadFailed, loadTyped } from "./load-typed.ts";
import type { Target } from "./target.ts";

export interface CutToLoad {
  readonly connection: DuckDBConnection;
  readonly stream: StreamPlan;
  readonly manifest: Manifest;
  /** Paths the engine can read; undefined where the manifest has no such part. */
  readonly object: string | undefined;
  readonly failed: string | undefined;
  readonly load: number;
  readonly loadedAt: Instant;
  /** Rejects when the parts are not what the manifest says; nothing is kept before it has resolved. */
  readonly proved?: Promise<void>;
  /** Whether it was set aside before: it is no longer, in the same transaction. */
  readonly late?: boolean;
  /** Tables of the same columns that take the place of the stream's own and of the letters'. */
  readonly into?: { readonly rows: string; readonly letters: string };
}

const NOTHING: Evolution = { adds: [], moves: [], stays: [] };

/** Throws LOAD_FAILED, LOAD_REFUSED, WAREHOUSE_DOWN, and what `proved` rejects with; nothing of the cut is kept then. */
export async function loadCut(cut: CutToLoad): Promise<Staged> {
  const { connection, manifest, load, loadedAt, late } = cut;
  return await loadThen(cut, async (staged) => {
    await writeLedger(connection, { load, manifest, loadedAt, ...staged });
    if (late === true) {
      await removeAside(connection, manifest);
    }
  });
}

/** What is still to do, in the same transaction, once a cut's rows and letters stand in their tables. */
export type Finish = (staged: Staged) => Promise<void>;

/** Throws what `loadCut` does; nothing is kept then, neither of the cut nor of what `finish` did. */
export async function loadThen(cut: CutToLoad, finish: Finish): Promise<Staged> {
  const fields = await fieldsOf(cut);
  const evolves =
    cut.stream.drift.newField === "evolve" && Object.keys(cut.manifest.discovered).length > 0;
  try {
    return await inTransaction(cut, { carefully: evolves, finish, fields });
  } catch (thrown) {
    // Of an object that is damaged, nothing else need be told.
    await cut.proved;
    const refused = /Conversion Error|Invalid Input Error|Out of Range Error|Row count/i;
    if (evolves || !refused.test(causeOf(thrown))) {
      throw toLoadFault(cut, thrown);
    }
  }
  try {
    return await inTransaction(cut, { carefully: true, finish, fields });
  } catch (thrown) {
    throw toLoadFault(cut, thrown);
  }
}

function toLoadFault({ stream, manifest }: CutToLoad, thrown: unknown): Fault {
  if (thrown instanceof Fault) {
    return thrown;
  }
  const object = nameOfCut(manifest);
  const cause = causeOf(thrown);
  if (BROKEN.test(cause)) {
    return new Fault("WAREHOUSE_DOWN", { cause }, thrown);
  }
  const refused = REFUSED.test(cause) && !DISK.test(cause);
  const facts = { object, table: stream.table, cause };
  return new Fault(refused ? "LOAD_REFUSED" : "LOAD_FAILED", facts, thrown);
}

/** What the engine says of the rows or the table, and not of the machine: saying it again changes nothing. */
const REFUSED =
  /^(Binder|Catalog|Constraint|Conversion|Decimal|Divide by Zero|INTERNAL|Invalid( Input| type)?|Mismatch Type|Not implemented|Out of Memory|Out of Range|Parser|Serialization|Syntax) Error/i;
const DISK = /no space|disk|temp_directory|temporary/i;
/** After this the engine answers nothing any more; only its process's next life does. */
const BROKEN = /^FATAL Error|has been invalidated/i;

interface Manner {
  readonly carefully: boolean;
  readonly finish: Finish;
  readonly fields: readonly string[] | undefined;
}

async function fieldsOf({
  connection,
  manifest,
  object: path,
}: CutToLoad): Promise<Manner["fields"]> {
  const { object: part } = manifest;
  return part === undefined || path === undefined
    ? undefined
    : await readFields(connection, { path, part });
}

async function inTransaction(
  cut: CutToLoad,
  { carefully, finish, fields }: Manner,
): Promise<Staged> {
  const { connection } = cut;
  try {
    await connection.run("BEGIN");
    const staged = await loadObject(cut, { carefully, fields });
    await loadLetters(cut);
    await cut.proved;
    await finish(staged);
    await connection.run("COMMIT");
    return staged;
  } catch (thrown) {
    // After a failed COMMIT there is nothing to roll back, which is no news. Where this fails, so does the next BEGIN, and
    // this is tried again.
    await connection.run("ROLLBACK").catch(() => {});
    throw thrown;
  }
}

async function loadObject(
  cut: CutToLoad,
  { carefully, fields }: Omit<Manner, "finish">,
): Promise<Staged> {
  const { object: part } = cut.manifest;
  if (part === undefined || cut.object === undefined) {
    return { rows: 0, setAside: 0 };
  }
  const letters = cut.stream.name === DEAD_LETTERS;
  const lettersTable = cut.into?.letters ?? LETTERS_TABLE;
  const table = letters ? lettersTable : (cut.into?.rows ?? cut.stream.table);
  const object = { path: cut.object, part, row: cut.stream.row, letters, fields };
  const target: Target = { ...cut, table, letters: lettersTable, object };
  const staged = carefully
    ? await loadStaged(target, await evolve(cut, table))
    : { rows: await loadTyped(target), setAside: 0 };
  // An audit looks at whatever is there: what differs is what it wants to know.
  if (cut.into === undefined) {
    mustHold(part, staged.rows + staged.setAside);
  }
  return staged;
}

async function loadLetters(cut: CutToLoad): Promise<void> {
  const { failed: part } = cut.manifest;
  if (part !== undefined && cut.failed !== undefined) {
    const row = DEAD_LETTER_COLUMNS;
    const object = { path: cut.failed, part, row, letters: true, fields: undefined };
    const table = cut.into?.letters ?? LETTERS_TABLE;
    const rows = await loadFailed({ ...cut, table, letters: table, object });
    if (cut.into === undefined) {
      mustHold(part, rows);
    }
  }
}

function mustHold(part: StoredPart, rows: number): void {
  if (rows !== part.records) {
    const cause = `Row count: the manifest says ${part.records}, the object gave ${rows}`;
    throw new Fault("OBJECT_DAMAGED", { name: part.name, cause });
  }
}

async function evolve(cut: CutToLoad, table: string): Promise<Evolution> {
  const { connection, stream, manifest } = cut;
  if (stream.drift.newField !== "evolve" || Object.keys(manifest.discovered).length === 0) {
    return NOTHING;
  }
  // What the stream's own table has decides, whichever table the rows go to.
  const found = await columnTypes(connection, stream.table);
  const evolution = planEvolution({
    discovered: manifest.discovered,
    planned: new Set(tableColumns(stream).map(({ name }) => name)),
    table: found.map(({ name, type }) => ({ name, type: fromSqlType(type) })),
  });
  for (const { name, type } of evolution.adds) {
    const column = `${quoteName(name)} ${SQL_TYPES[type]}`;
    await connection.run(`ALTER TABLE ${quoteName(table)} ADD COLUMN ${column}`);
  }
  return evolution;
}
