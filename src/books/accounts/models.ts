/** Warehouse ↔ models: each run's row counts add up, no row left or came since, and what is loaded is taken in. */

import type { Finding } from "../../seams/verify.ts";
import { Account, showCount } from "../account.ts";
import { type Ask, quoteName, rowsOf, toNumber } from "../cells.ts";

export interface ModelAccount {
  readonly name: string;
  /** Streams whose new rows the model takes in by load; none for a model that is rebuilt whole. */
  readonly streams: readonly string[];
  /** Why it does not run now. */
  readonly trouble?: { readonly message: string } | undefined;
}

const UNBALANCED = `SELECT run, rows_out, inserted, updated, duplicates, set_aside FROM row_counts
  WHERE model = ? AND rows_out <> inserted + updated + duplicates + set_aside ORDER BY run LIMIT 5`;
const TOTALS = `SELECT count(*), sum(rows_out), max(load_to) FROM row_counts WHERE model = ?`;

/** Newest load with rows among a model's streams, 0 when there is none. */
export async function newestLoadFor(ask: Ask, model: ModelAccount): Promise<number> {
  if (model.streams.length === 0) {
    return 0;
  }
  const marks = model.streams.map(() => "?").join(", ");
  const sql = `SELECT max(load) FROM _loads WHERE "rows" > 0 AND stream IN (${marks})`;
  const [row] = await rowsOf(ask, sql, [...model.streams]);
  return toNumber(row?.[0] ?? null);
}

/** The load up to which a model has taken rows in, 0 before its first run. */
export async function takenBy(ask: Ask, model: ModelAccount): Promise<number> {
  const [row] = await rowsOf(ask, TOTALS, [model.name]);
  return toNumber(row?.[2] ?? null);
}

const WRITTEN = "SELECT position FROM _model_marks WHERE model = ? AND source = ''";

/** Rows of the model's table against what its newest run wrote down; one statement sees one state of both. */
async function countRows(ask: Ask, { name }: ModelAccount, account: Account): Promise<void> {
  const [mark] = await rowsOf(ask, WRITTEN, [name]);
  // A view has no rows of its own; neither does a model that has not run.
  if (toNumber(mark?.[0] ?? null) === 0) {
    return;
  }
  const sql = `SELECT (${WRITTEN}), (SELECT count(*) FROM ${quoteName(name)})`;
  const [both] = await rowsOf(ask, sql, [name]);
  const [written, found] = [toNumber(both?.[0] ?? null), toNumber(both?.[1])];
  const remark = `${name} has ${found} row(s), its newest run left ${written}`;
  account.missing(written - found, [], remark);
  account.extra(found - written, [], remark);
}

export async function checkModel(ask: Ask, model: ModelAccount, due: number): Promise<Finding> {
  const account = new Account(`warehouse ↔ ${model.name}`);
  for (const [run, out, ...parts] of await rowsOf(ask, UNBALANCED, [model.name])) {
    const lost = toNumber(out) - parts.reduce<number>((sum, part) => sum + toNumber(part), 0);
    const remark = `run ${String(run)} has ${toNumber(out)} row(s) out, not the sum of its parts`;
    account.missing(lost, [], remark);
    account.extra(-lost, [], remark);
  }
  await countRows(ask, model, account);
  const [totals] = await rowsOf(ask, TOTALS, [model.name]);
  const taken = toNumber(totals?.[2] ?? null);
  account.expected = toNumber(totals?.[1] ?? null);
  if (taken < due) {
    account.unread(`${model.name} has taken in loads up to ${taken}, load ${due} is there`);
  }
  // A model that takes in no stream's loads has no load to be behind at: its trouble is all that tells of it.
  if (model.trouble !== undefined && model.streams.length === 0) {
    account.unread(`${model.name} does not run: ${model.trouble.message}`);
  }
  const runs = showCount(toNumber(totals?.[0]));
  return account.close(
    `${runs} run(s), each row counted; loads up to ${Math.max(due, taken)} are in.`,
  );
}
