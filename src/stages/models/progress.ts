/** What a run is to its runner: how far it goes, what it takes in at most, and what came of it. */

import type { Transaction } from "../../seams/execute.ts";
import { type Counts, number } from "./books.ts";
import type { Model } from "./files/graph.ts";
import { type Due, type Heads, sourceKey } from "./ranges.ts";
import { quoteText } from "./sql.ts";

export interface RunOutcome {
  /** Undefined when there was nothing new. */
  readonly counts: Counts | undefined;
  /** Rows the model has now; 0 for a view. */
  readonly rows: number;
  /** Newest load it has taken in, and the newest it could. */
  readonly load: number;
  readonly newestLoad: number;
}

export interface ModelEngine {
  /** Makes the tables of the models' own books. */
  ensure(): Promise<void>;
  /** How many times a model has run. */
  runs(model: string): Promise<number>;
  /** Throws MODEL_INVALID, MODEL_FAILED, MODEL_UNBALANCED; nothing of the run is kept then. */
  run(model: Model): Promise<RunOutcome>;
  /** Stops what runs now: it rejects. */
  interrupt(): void;
}

export function runsSql(model: string): string {
  return `SELECT count(*) FROM row_counts WHERE model = ${quoteText(model)}`;
}

/** Raw rows one run takes in at most, so that catching up is many small transactions; a rebuild is one whole. */
const RUN_ROWS_MAX = 500_000;

/** Heads that let a run take in no more raw rows than it should, at least one load of them. */
export async function bounded(
  transaction: Pick<Transaction, "rows">,
  model: Model,
  { due, newest }: { due: Due; newest: Heads },
): Promise<Heads> {
  const raw = model.sources.filter(({ how, stream }) => how === "new" && stream !== undefined);
  const streams = raw.map(({ stream }) => quoteText(stream ?? "")).join(", ");
  if (raw.length === 0) {
    return newest;
  }
  const from = Math.min(...raw.map((source) => due.ranges.get(sourceKey(source))?.from ?? 0));
  const sums = `SELECT load, sum("rows") OVER (ORDER BY load) AS total, row_number() OVER (ORDER BY load) AS place
    FROM _loads WHERE load > ${from} AND "rows" > 0 AND stream IN (${streams})`;
  const to = await number(
    transaction,
    `SELECT coalesce(max(load), 0) FROM (${sums}) AS sums WHERE total <= ${RUN_ROWS_MAX} OR place = 1`,
  );
  const limited = [...newest].map(([key, head]): [string, number] => [
    key,
    key.startsWith("new ") && to > 0 ? Math.min(head, to) : head,
  ]);
  return new Map(limited);
}

/** The newest load a model of raw rows has taken in; a model read whole is as far as its own sources. */
export function loadOf(model: Model, heads: Heads): number {
  const loads = model.sources
    .filter(({ how, stream }) => how === "new" || stream !== undefined)
    .map((source) => heads.get(sourceKey(source)) ?? 0);
  return Math.max(0, ...loads);
}

export function loadRange(model: Model, due: Due): readonly [number, number] {
  const ranges = model.sources
    .filter(({ how, stream }) => how === "new" || stream !== undefined)
    .map((source) => due.ranges.get(sourceKey(source)) ?? { from: 0, to: 0 });
  const from = Math.min(...ranges.map((range) => range.from));
  const to = Math.max(0, ...ranges.map((range) => range.to));
  return [Number.isFinite(from) ? from : 0, to];
}
