/** Where the warehouse's data stands, as one text: it changes whenever what a query sees may have changed. */

import type { PipelineStatus } from "../../seams/status.ts";

/** A life of its own makes it new: a model's file may have changed while nothing ran. */
export function dataPosition({
  startedAt,
  planHash,
  streams,
  models,
  warehouse,
}: PipelineStatus): string {
  const loads = streams.map((one) => `${one.warehouse.cut}.${one.warehouse.rows}`);
  const runs = models.map(({ name, runs: count, load }) => `${name}.${count}.${load}`);
  return [planHash, startedAt, warehouse.restarts, ...loads, ...runs].join(" ");
}
