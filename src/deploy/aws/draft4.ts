/** JSON Schema 2020-12 → draft 4, the only one API Gateway knows. What draft 4 cannot say is left out: the check says it. */

import type { JsonSchema } from "../../plan/plan.ts";

const KEPT = [
  "type",
  "required",
  "enum",
  "minLength",
  "maxLength",
  "pattern",
  "multipleOf",
  "minItems",
  "maxItems",
  "uniqueItems",
  "minProperties",
  "maxProperties",
  "title",
  "description",
  "format",
] as const;

/** What a request may carry: one event, or a list of them. */
export function toBodyModel(schema: JsonSchema): JsonSchema {
  const event = lower(schema);
  return {
    $schema: "http://json-schema.org/draft-04/schema#",
    title: "Events",
    oneOf: [event, { type: "array", minItems: 1, items: event }],
  };
}

function lower(schema: unknown): JsonSchema {
  if (typeof schema !== "object" || schema === null) {
    return {};
  }
  const given = schema as JsonSchema;
  const out: Record<string, unknown> = {};
  for (const name of KEPT) {
    if (given[name] !== undefined) {
      out[name] = given[name];
    }
  }
  if ("const" in given) {
    out["enum"] = [given["const"]];
  }
  Object.assign(out, bound(given, "minimum", "exclusiveMinimum"));
  Object.assign(out, bound(given, "maximum", "exclusiveMaximum"));
  members(given, out);
  return out;
}

/** Draft 4 has exclusive bounds as a flag beside the bound. */
function bound(given: JsonSchema, inclusive: string, exclusive: string): JsonSchema {
  const strict = given[exclusive];
  if (typeof strict === "number") {
    return { [inclusive]: strict, [exclusive]: true };
  }
  return typeof given[inclusive] === "number" ? { [inclusive]: given[inclusive] } : {};
}

function members(given: JsonSchema, out: Record<string, unknown>): void {
  const properties = given["properties"];
  if (typeof properties === "object" && properties !== null) {
    out["properties"] = Object.fromEntries(
      Object.entries(properties).map(([name, member]) => [name, lower(member)]),
    );
  }
  if (given["items"] !== undefined) {
    out["items"] = lower(given["items"]);
  }
  if (typeof given["additionalProperties"] === "object") {
    out["additionalProperties"] = lower(given["additionalProperties"]);
  }
  for (const name of ["anyOf", "oneOf", "allOf"]) {
    const list = given[name];
    if (Array.isArray(list)) {
      out[name] = list.map(lower);
    }
  }
}
