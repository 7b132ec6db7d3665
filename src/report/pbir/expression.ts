/** The expressions of PBIR: fields of the semantic model, and literals in its own notation. */

import type { FieldOf } from "../pages.ts";

export type Json = { readonly [key: string]: unknown };

export function field({ kind, table, name }: FieldOf): Json {
  const of = { Expression: { SourceRef: { Entity: table } }, Property: name };
  return kind === "column" ? { Column: of } : { Measure: of };
}

/** A field in a role of a visual. */
export function projection(of: FieldOf): Json {
  return { field: field(of), queryRef: refOf(of), nativeQueryRef: of.name };
}

/** What selectors call a field of the visual. */
export function refOf({ table, name }: FieldOf): string {
  return `${table}.${name}`;
}

export function literal(value: string | number | boolean): Json {
  return { expr: { Literal: { Value: literalText(value) } } };
}

/** Texts stand in single quotes, numbers carry their type: D for decimals. */
function literalText(value: string | number | boolean): string {
  switch (typeof value) {
    case "string":
      return `'${value.replaceAll("'", "''")}'`;
    case "number":
      return `${value}D`;
    default:
      return String(value);
  }
}

export function colour(hex: string): Json {
  return { solid: { color: literal(hex) } };
}
