/** Which models there are and what they take in, for the books: read from the files, without running anything. */

import type { Plan } from "../../plan/plan.ts";
import { readModelFolder } from "./files/folder.ts";
import { type Model, toGraph } from "./files/graph.ts";

/** A model as the books see it. */
interface KnownModel {
  readonly name: string;
  /** The streams whose new rows it takes in by load. */
  readonly streams: readonly string[];
  /** What names one of its rows; empty for a model that is rebuilt whole. */
  readonly key: readonly string[];
  /** What is wrong with its file. */
  readonly trouble?: { readonly message: string };
}

export async function modelStreams(plan: Plan): Promise<readonly KnownModel[]> {
  if (plan.models === undefined) {
    return [];
  }
  const { files, faults } = await readModelFolder(plan.models.folder);
  const tables = new Map(plan.streams.map(({ table, name }) => [table, name]));
  const graph = toGraph(files, { tables, snippets: plan.models.snippets });
  const right = graph.models.map((model) => ({
    name: model.name,
    streams: streamsOf(model),
    key: model.key,
  }));
  const broken = [...faults, ...graph.faults].map(([name, { message }]) => ({
    name,
    streams: [],
    key: [],
    trouble: { message },
  }));
  return [...right, ...broken];
}

/** Streams whose new rows a model takes in by load; none for a model that is rebuilt whole. */
export function streamsOf({ sources }: Model): readonly string[] {
  return sources.flatMap(({ how, stream }) => (how === "new" ? (stream ?? []) : []));
}
