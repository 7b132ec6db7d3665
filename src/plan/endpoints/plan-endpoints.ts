/** The read APIs' definitions → their plans, with every problem told. */

import { endpointFields, parameterFields } from "../../define/endpoint-fields.ts";
import type { EndpointDefinition, ParameterDefinition } from "../../define/endpoint.ts";
import { checkLake } from "./lake-endpoint.ts";
import { readValue } from "./parameter.ts";
import type { EndpointPlan, ParameterPlan, StreamPlan } from "../plan.ts";
import { type Problems, refuseUnknown, settle } from "../settle.ts";

interface Place {
  readonly path: string;
  readonly problems: Problems;
}

const NAME = /^[a-z][a-zA-Z0-9_-]{0,63}$/;
const COLUMN = /^[a-zA-Z_][a-zA-Z0-9_]{0,254}$/;
/** First parts of paths that the engine answers itself, or may one day. */
const PATHS_TAKEN = new Set(
  "v1 docs assets openapi postman healthz readyz metrics api admin static".split(" "),
);
/** Parameters that every read API has. */
export const OWN_PARAMETERS = ["limit", "cursor", "total", "columns"] as const;
const MEMBERS = ["doc", "table", "select", "lake", "columns", "order", "parameters"];
const PARAMETER_MEMBERS = ["column", "doc", "default", "required", "many", "values", "min", "max"];

export function planEndpoints(
  given: Readonly<Record<string, EndpointDefinition>> | undefined,
  { streams, problems }: { readonly streams: readonly StreamPlan[]; readonly problems: Problems },
): readonly EndpointPlan[] {
  return Object.entries(given ?? {}).map(([name, endpoint]) => {
    const place = { path: `endpoints.${name}`, problems };
    if (endpoint?.lake !== undefined) {
      checkLake(endpoint, streams, place);
    }
    return planEndpoint(name, endpoint ?? {}, place);
  });
}

function planEndpoint(name: string, given: EndpointDefinition, place: Place): EndpointPlan {
  const { path, problems } = place;
  refuseUnknown(given, [...Object.keys(endpointFields), ...MEMBERS], place);
  if (!NAME.test(name) || PATHS_TAKEN.has(name)) {
    problems.add(path, "A read API may not be called so.", "Use a-z 0-9 _ -, and no path taken.");
  }
  if (typeof given.doc !== "string" || given.doc.trim() === "") {
    problems.add(`${path}.doc`, "It says nothing about itself.", "Write a sentence for readers.");
  }
  const sources = [given.table, given.select, given.lake].filter((one) => one !== undefined);
  if (sources.length !== 1) {
    problems.add(path, "It needs a table, a select or a lake, one of them.", 'Write table: "…".');
  }
  if (given.table !== undefined && !COLUMN.test(given.table)) {
    problems.add(`${path}.table`, `${given.table} is no table's name.`, "Name a table.");
  }
  for (const member of ["columns", "order"] as const) {
    checkColumns(given[member], { path: `${path}.${member}`, problems });
  }
  const settled = settle(endpointFields, only(given, endpointFields), place);
  if (settled.pageRows > settled.pageRowsMax) {
    problems.add(`${path}.pageRows`, "It is above pageRowsMax.", "Lower it, or raise the other.");
  }
  const parameters = Object.entries(given.parameters ?? {}).map(([one, parameter]) =>
    planParameter(one, parameter ?? {}, { path: `${path}.parameters.${one}`, problems }),
  );
  return {
    ...settled,
    name,
    path: `/${name}`,
    doc: given.doc,
    from: sourceOf(given),
    columns: given.columns,
    order: given.order,
    parameters,
  };
}

function sourceOf({ table = "", select, lake }: EndpointDefinition): EndpointPlan["from"] {
  if (lake !== undefined) {
    return { kind: "lake", stream: lake };
  }
  return select === undefined
    ? { kind: "table", table }
    : { kind: "select", select: select.trim().replace(/;$/, "") };
}

function planParameter(name: string, given: ParameterDefinition, place: Place): ParameterPlan {
  const { path, problems } = place;
  refuseUnknown(given, [...Object.keys(parameterFields), ...PARAMETER_MEMBERS], place);
  const settled = settle(parameterFields, only(given, parameterFields), place);
  const column = given.column ?? name;
  if (!COLUMN.test(name) || (OWN_PARAMETERS as readonly string[]).includes(name)) {
    problems.add(path, "A parameter may not be called so.", "Choose another name.");
  }
  checkColumns([column], { path: `${path}.column`, problems });
  if (settled.match === "loose" && settled.type !== "text") {
    problems.add(`${path}.match`, "Only texts fit loosely.", 'Leave match at "exact".');
  }
  if (given.many === true && (settled.match === "from" || settled.match === "to")) {
    problems.add(`${path}.many`, "A bound has one value.", "Leave many out.");
  }
  if (given.required === true && given.default !== undefined) {
    problems.add(path, "It is required and has a default.", "Leave one of them out.");
  }
  const plan = {
    ...settled,
    name,
    column,
    doc: given.doc ?? "",
    default: given.default,
    required: given.required ?? false,
    many: given.many ?? false,
    values: given.values,
    min: given.min,
    max: given.max,
  };
  const read = given.default === undefined ? undefined : readValue(plan, String(given.default));
  if (read !== undefined && "wrong" in read) {
    problems.add(`${path}.default`, `${read.wrong}.`, "A default must be a value it may have.");
  }
  return plan;
}

function checkColumns(columns: readonly string[] | undefined, { path, problems }: Place): void {
  for (const column of columns ?? []) {
    if (!COLUMN.test(column)) {
      problems.add(path, `${column} is not a column's name.`, "Name columns of the table.");
    }
  }
  if (columns?.length === 0) {
    problems.add(path, "No column is named.", "Name some, or leave the setting out.");
  }
}

function only(given: object, fields: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(given).filter(([name]) => name in fields));
}
