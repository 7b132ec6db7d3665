/** Decides whether a model is due, and what a run of it takes in. Pure. */

import type { Model, Source } from "./files/graph.ts";

/** What a model had taken in when it last ran. */
export interface Marks {
  readonly hash: string;
  readonly run: number;
  /** Per source, by `sourceKey`: the newest load, or the run of a model read whole. */
  readonly positions: ReadonlyMap<string, number>;
}

/** How far a source has come: loads for raw tables and `new`, runs for models read whole. */
export type Heads = ReadonlyMap<string, number>;

/** Loads a run takes in from each source: above `from`, up to `to`. */
export interface Range {
  readonly from: number;
  readonly to: number;
}

export interface Due {
  /** Whether the model is made anew from all there is. */
  readonly rebuild: boolean;
  readonly ranges: ReadonlyMap<string, Range>;
}

export function sourceKey({ name, how }: Source): string {
  return `${how} ${name}`;
}

/** What to run now; undefined when there is nothing new. */
export function planRun(
  model: Pick<Model, "kind" | "hash" | "sources">,
  marks: Marks | undefined,
  heads: Heads,
): Due | undefined {
  const rebuild = marks === undefined || marks.hash !== model.hash;
  const ranges = new Map<string, Range>();
  let news = rebuild;
  for (const source of model.sources) {
    const key = sourceKey(source);
    const to = heads.get(key) ?? 0;
    const from = rebuild ? 0 : (marks.positions.get(key) ?? 0);
    ranges.set(key, { from, to });
    // A source that is only looked up beside the new rows starts no run of an incremental model.
    const starts = model.kind !== "incremental" || source.how === "new";
    news ||= starts && to > from;
  }
  return news ? { rebuild, ranges } : undefined;
}
