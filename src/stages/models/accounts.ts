/** Which models there are and what they take in, for the books: read from the files, without running anything. */

import type { Plan } from "../../plan/plan.ts";
import { readModelFolder } from "./folder.ts";
import { type Model, toGraph } from "./graph.ts";

/** Each model that is right, with the streams whose new rows it takes in by load. */
export async function modelStreams(
  plan: Plan,
): Promise<readonly { readonly name: string; readonly streams: readonly string[] }[]> {
  if (plan.models === undefined) {
    return [];
  }
  const { files } = await readModelFolder(plan.models.folder);
  const tables = new Map(plan.streams.map(({ table, name }) => [table, name]));
  const { models } = toGraph(files, { tables, snippets: plan.models.snippets });
  return models.map((model) => ({ name: model.name, streams: streamsOf(model) }));
}

/** Streams whose new rows a model takes in by load; none for a model that is rebuilt whole. */
export function streamsOf({ sources }: Model): readonly string[] {
  return sources.flatMap(({ how, stream }) => (how === "new" ? (stream ?? []) : []));
}
