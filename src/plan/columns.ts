/** JSON Schema → the columns of a table. */

import type { Column, ColumnType } from "../base/record.ts";
import type { JsonSchema } from "./plan.ts";

type Node = Readonly<Record<string, unknown>>;

/** A column per property, in the schema's order. */
export function toColumns(schema: JsonSchema): Column[] {
  const required = new Set(Array.isArray(schema["required"]) ? schema["required"] : []);
  return Object.entries(schema["properties"] as Record<string, Node>).map(([name, node]) => {
    const kinds = kindsOf(node);
    const nullable = kinds.has("null") || !required.has(name);
    return { name, type: columnType(kinds), nullable };
  });
}

/** JSON kinds a node allows, with "date" and "timestamp" for strings of these formats. */
function kindsOf(node: Node): ReadonlySet<string> {
  const union = node["anyOf"] ?? node["oneOf"];
  if (Array.isArray(union)) {
    return new Set((union as Node[]).flatMap((one) => [...kindsOf(one)]));
  }
  const values = "const" in node ? [node["const"]] : node["enum"];
  if (node["type"] === undefined && Array.isArray(values)) {
    return new Set(values.map((value) => (value === null ? "null" : typeof value)));
  }
  const types = Array.isArray(node["type"]) ? node["type"] : [node["type"]];
  return new Set(types.map((type) => (type === "string" ? stringKind(node) : String(type))));
}

function stringKind(node: Node): string {
  if (node["format"] === "date") {
    return "date";
  }
  return node["format"] === "date-time" ? "timestamp" : "string";
}

const TYPES: Readonly<Record<string, ColumnType>> = {
  string: "text",
  integer: "integer",
  number: "number",
  boolean: "boolean",
  date: "date",
  timestamp: "timestamp",
};

function columnType(kinds: ReadonlySet<string>): ColumnType {
  const [only, ...others] = [...kinds].filter((kind) => kind !== "null");
  if (only === undefined) {
    return "json";
  }
  if (others.length === 0) {
    return TYPES[only] ?? "json";
  }
  const numeric = [only, ...others].every((kind) => kind === "integer" || kind === "number");
  return numeric ? "number" : "json";
}
