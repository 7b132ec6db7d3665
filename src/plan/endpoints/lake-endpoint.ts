/** A read API over a stream's delivered objects: the columns there are, and what cannot be asked of objects. Pure. */

import {
  type Column,
  DELIVERED_COLUMNS,
  isEngineStream,
  LOADED_COLUMNS,
} from "../../base/record.ts";
import type { EndpointDefinition } from "../../define/endpoint.ts";
import type { StreamPlan } from "../plan.ts";
import type { Problems } from "../settle.ts";

/** An object has no load: of what loading adds to a row, its object and its line are known. */
const PLACE_COLUMNS = LOADED_COLUMNS.filter(({ name }) => name === "_object" || name === "_line");

/** The row's columns, what delivery wrote behind them, and the place: `_object`, `_line` from 1. */
export function lakeColumns({ row }: Pick<StreamPlan, "row">): readonly Column[] {
  return [...row, ...DELIVERED_COLUMNS, ...PLACE_COLUMNS];
}

/** Adds what is wrong with an endpoint that names a `lake`. */
export function checkLake(
  given: EndpointDefinition,
  streams: readonly StreamPlan[],
  { path, problems }: { readonly path: string; readonly problems: Problems },
): void {
  const stream = streams.find(({ name }) => name === given.lake);
  if (stream === undefined) {
    const known = streams.map(({ name }) => name).filter((name) => !isEngineStream(name));
    const remedy = `Name a stream of this pipeline: ${known.join(", ")}.`;
    problems.add(`${path}.lake`, `There is no stream ${String(given.lake)}.`, remedy);
    return;
  }
  if (given.order !== undefined) {
    const says = "Objects are read in the order in which they were delivered.";
    problems.add(`${path}.order`, says, "Leave order out, or read the table.");
  }
  const columns = lakeColumns(stream).map(({ name }) => name);
  const check = (at: string, column: string): void => {
    if (!columns.includes(column)) {
      const says = `Objects of ${stream.name} have no column ${column}.`;
      problems.add(`${path}.${at}`, says, `Name one of ${columns.slice(0, 12).join(", ")} …`);
    }
  };
  given.columns?.forEach((column) => check("columns", column));
  for (const [name, parameter] of Object.entries(given.parameters ?? {})) {
    check(`parameters.${name}`, parameter.column ?? name);
    if (parameter.values === "data") {
      const says = "Which values objects hold is known only once all of them are read.";
      problems.add(
        `${path}.parameters.${name}.values`,
        says,
        "List the values, or read the table.",
      );
    }
  }
}
