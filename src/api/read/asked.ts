/** What a request's query string asks: filters, columns, page; anything it may not ask is told by its name. */

import { Fault } from "../../base/faults.ts";
import { loosely, readValue } from "../../plan/endpoints/parameter.ts";
import type { ParameterPlan } from "../../plan/plan.ts";
import type { ResultColumn } from "../../seams/query.ts";
import type { ValuesBook } from "./tables/data-values.ts";
import { type ReadSource, typeOf } from "./source.ts";
import type { Filter } from "./sql.ts";

/** What may be asked of one read API. */
export interface Offer {
  readonly parameters: readonly ParameterPlan[];
  readonly columns: readonly string[] | undefined;
  readonly pageRows: number;
  readonly pageRowsMax: number;
}

export interface Asked {
  readonly filters: readonly Filter[];
  /** The filters as one text: equal questions have equal texts. */
  readonly scope: string;
  readonly columns: readonly string[] | undefined;
  readonly limit: number | undefined;
  readonly cursor: string | undefined;
  readonly total: boolean;
}

const VALUES_MAX = 100;

/** Reads all that needs no look at the data. Throws PARAMETER_INVALID. */
export function toAsked(search: URLSearchParams, offer: Offer): Omit<Asked, "filters"> & Named {
  const own = new Set(["limit", "cursor", "total", "columns"]);
  const named = new Map<string, readonly (string | number | boolean)[]>();
  for (const parameter of offer.parameters) {
    const values = valuesOf(parameter, search.getAll(parameter.name));
    if (values.length > 0) {
      named.set(parameter.name, values);
    }
  }
  for (const name of search.keys()) {
    if (!own.has(name) && !offer.parameters.some((one) => one.name === name)) {
      const known = [...offer.parameters.map((one) => one.name), ...own].slice(0, 20).join(", ");
      throw wrong(name.slice(0, 80), `there is no such parameter; there are ${known}`);
    }
  }
  const single = (name: string): string | undefined => onlyOne(name, search.getAll(name));
  const columns = single("columns")
    ?.split(",")
    .map((name) => name.trim());
  const total = single("total");
  if (total !== undefined && total !== "true" && total !== "false") {
    throw wrong("total", "it is neither true nor false");
  }
  return {
    named,
    scope: JSON.stringify([...named].toSorted(([a], [b]) => (a < b ? -1 : 1))),
    columns: columns ?? offer.columns,
    limit: toLimit(single("limit"), offer.pageRowsMax),
    cursor: single("cursor"),
    total: total === "true",
  };
}

interface Named {
  readonly named: ReadonlyMap<string, readonly (string | number | boolean)[]>;
}

function valuesOf(
  parameter: ParameterPlan,
  texts: readonly string[],
): readonly (string | number | boolean)[] {
  const { name, many, required } = parameter;
  if (texts.length === 0) {
    if (required) {
      throw wrong(name, "it is required");
    }
    return parameter.default === undefined ? [] : [parameter.default];
  }
  if (texts.length > (many ? VALUES_MAX : 1)) {
    throw wrong(name, `it may be named ${many ? `${VALUES_MAX} times` : "once"}`);
  }
  return texts.map((text) => {
    const read = readValue(parameter, text);
    if ("wrong" in read) {
      throw wrong(name, read.wrong);
    }
    return read.value;
  });
}

function onlyOne(name: string, texts: readonly string[]): string | undefined {
  if (texts.length > 1) {
    throw wrong(name, "it may be named once");
  }
  return texts[0];
}

function toLimit(text: string | undefined, max: number): number | undefined {
  if (text === undefined) {
    return undefined;
  }
  const limit = /^\d{1,9}$/.test(text) ? Number(text) : 0;
  if (limit < 1 || limit > max) {
    throw wrong("limit", `it must be a whole number from 1 to ${max}`);
  }
  return limit;
}

/** The conditions; loose texts and values of the data are looked up in what the columns hold. */
export async function toFilters(
  { named }: Named,
  parameters: readonly ParameterPlan[],
  { source, values: book }: { readonly source: ReadSource; readonly values: ValuesBook },
): Promise<readonly Filter[]> {
  const filters: Filter[] = [];
  for (const parameter of parameters) {
    const values = named.get(parameter.name);
    if (values !== undefined) {
      const { column, match } = parameter;
      const type = typeOf(source.columns, column);
      const plain: Filter = { column, type, match, values };
      // Objects are not looked through beforehand for what they hold.
      const looked = !source.ordered && (parameter.values === "data" || match === "loose");
      const held = looked ? await book.of(source.sql, column) : undefined;
      filters.push(held === undefined ? plain : lookUp(plain, parameter, held));
    }
  }
  return filters;
}

function lookUp(
  filter: Filter,
  { name, values: allowed }: ParameterPlan,
  held: ReadonlyMap<string, readonly string[]>,
): Filter {
  const found = filter.values.flatMap((value) => {
    const text = String(value);
    const alike = held.get(loosely(text)) ?? [];
    const same = filter.match === "loose" ? alike : alike.filter((one) => one === text);
    if (same.length === 0 && allowed === "data") {
      throw wrong(name, `${JSON.stringify(text.slice(0, 80))} is not among the data's values`);
    }
    return same;
  });
  return { ...filter, match: "exact", values: found };
}

/** The columns asked for, as the source writes them. Throws PARAMETER_INVALID. */
export function toColumns(
  asked: readonly string[] | undefined,
  usual: readonly ResultColumn[],
  all: readonly ResultColumn[],
): readonly string[] {
  if (asked === undefined) {
    return usual.map(({ name }) => name);
  }
  const byName = new Map(all.map(({ name }) => [name.toLowerCase(), name]));
  return [...new Set(asked)].map((name) => {
    const found = byName.get(name.toLowerCase());
    if (found === undefined) {
      throw wrong("columns", `there is no column ${name.slice(0, 80)}`);
    }
    return found;
  });
}

export function wrong(parameter: string, cause: string): Fault {
  return new Fault("PARAMETER_INVALID", { parameter, cause });
}
