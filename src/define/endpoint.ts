/** What a user writes for a read API: a typed GET route over a table, a SELECT, or a stream's objects in the lake. */

import type { endpointFields, parameterFields } from "./endpoint-fields.ts";
import type { GivenOf } from "./fields.ts";

export interface ParameterDefinition extends GivenOf<typeof parameterFields> {
  /** The column it is compared with; left out, the one of its own name. */
  readonly column?: string;
  readonly doc?: string;
  /** Taken when a request does not name the parameter. */
  readonly default?: string | number | boolean;
  /** A request must name it. */
  readonly required?: boolean;
  /** May be named several times; a row fits when it has any of the values. */
  readonly many?: boolean;
  /** The values it may have; `"data"` takes those that the column holds now. */
  readonly values?: readonly (string | number)[] | "data";
  /** Bounds of a number. */
  readonly min?: number;
  readonly max?: number;
}

export interface EndpointDefinition extends GivenOf<typeof endpointFields> {
  /** What it answers, in a sentence; stands in the API's documentation. */
  readonly doc: string;
  /** A table: a stream's, a model's, or one of the engine's. */
  readonly table?: string;
  /** Instead of a table: one SELECT over tables by their names. */
  readonly select?: string;
  /** Instead of a table: a stream, whose delivered objects are read themselves, in the order of their cuts. */
  readonly lake?: string;
  /** Columns of the answer, in order; left out, all but the lineage columns. */
  readonly columns?: readonly string[];
  /** Columns that name a row: pages follow them. Left out for a table, its own key. */
  readonly order?: readonly string[];
  readonly parameters?: Readonly<Record<string, ParameterDefinition>>;
}

/** A read API; it answers at `/` and its name in the pipeline. */
export function defineEndpoint(endpoint: EndpointDefinition): EndpointDefinition {
  return endpoint;
}
