/** Two warehouses over one lake: every table that the pipeline makes must hold the same rows in both. */

import type { Clock } from "../../base/clock.ts";
import { causeOf } from "../../base/faults.ts";
import type { Finding, Verification } from "../../seams/verify.ts";
import { Account, worstOf } from "../account.ts";
import { rowsOf, toText } from "../cells.ts";
import { compareTable, type Sides } from "./compare-table.ts";
import type { ComparedTable, TableKind } from "./tables.ts";

/** Tables whose rows tell of loads and runs one by one, which differ from one warehouse to the next. */
const OF_THE_RUNS = /^(?:row_counts|_model_marks|_again_.*)$/;

export interface CompareOptions extends Sides {
  readonly clock: Clock;
  /** Raw tables of the pipeline's streams. Every other table is a model's or the warehouse's own. */
  readonly raw: readonly string[];
}

/** `live` against what the lake gives. Never throws for what it cannot read: that is UNVERIFIED. */
export async function compareWarehouses(options: CompareOptions): Promise<Verification> {
  const { clock, rebuilt, live, raw } = options;
  const at = clock.now();
  const findings: Finding[] = [];
  try {
    const wanted = await readTables(options, rebuilt);
    const found = new Set(await readTables(options, live));
    const kinds = new Map<string, TableKind>([
      ["dead_letters", "letters"],
      ["_loads", "ledger"],
      ...raw.map((name) => [name, "raw"] as const),
    ]);
    for (const name of wanted) {
      const table = { name, kind: kinds.get(name) ?? "model" };
      findings.push(found.delete(name) ? await compareGuarded(options, table) : lost(name));
    }
    findings.push(...[...found].map(beside));
  } catch (thrown) {
    options.signal?.throwIfAborted();
    findings.push(unread("lake ↔ live", thrown));
  }
  return { state: worstOf(findings), at, tookMs: clock.now() - at, findings };
}

/** Tables and not views: a view over equal tables is equal. */
async function readTables({ signal }: Sides, query: Sides["live"]): Promise<readonly string[]> {
  const rows = await rowsOf(
    { query, signal },
    `SELECT table_name FROM duckdb_tables() WHERE database_name = 'warehouse' AND schema_name = 'main'
     AND NOT temporary AND NOT internal ORDER BY table_name`,
  );
  return rows.map(([name]) => toText(name)).filter((name) => !OF_THE_RUNS.test(name));
}

async function compareGuarded(sides: Sides, table: ComparedTable): Promise<Finding> {
  try {
    return await compareTable(sides, table);
  } catch (thrown) {
    sides.signal?.throwIfAborted();
    return unread(`${table.name}: lake ↔ live`, thrown);
  }
}

function lost(name: string): Finding {
  const account = new Account(`${name}: lake ↔ live`);
  account.expected = 1;
  account.missing(1, [], `the live warehouse has no table ${name}`);
  return account.close("");
}

function beside(name: string): Finding {
  const account = new Account(`${name}: lake ↔ live`);
  account.extra(1, [], `the pipeline makes no table ${name}; a swap would leave it out`);
  return account.close("");
}

export function unread(what: string, thrown: unknown): Finding {
  const account = new Account(what);
  account.unread(`it could not be looked at: ${causeOf(thrown).replace(/\.$/, "")}`);
  return account.close("");
}
