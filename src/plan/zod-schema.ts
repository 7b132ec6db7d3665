/** zod → JSON Schema, refusing what the byte-level check could not keep: transforms, refinements, defaults. */

import { z } from "zod";
import { causeOf } from "../base/faults.ts";
import type { JsonSchema } from "./plan.ts";
import type { Problems } from "./settle.ts";

interface Place {
  readonly path: string;
  readonly problems: Problems;
}

/** zod kinds whose meaning JSON Schema cannot carry, with what to write instead. */
const REFUSED: Readonly<Record<string, string>> = {
  pipe: "Change values in deliver.transform.",
  transform: "Change values in deliver.transform.",
  default: "Fill values in deliver.transform; make the field optional here.",
  prefault: "Fill values in deliver.transform; make the field optional here.",
  catch: "Leave the field's type strict; a wrong value is set aside with its reason.",
  custom: "Write a rule instead: rules: [{ test, says }].",
  overwrite: "Change values in deliver.transform.",
};

export interface SchemaRead {
  readonly schema: JsonSchema;
  /** Whether the user's schema itself forbids unknown fields. */
  readonly strict: boolean;
}

/** The JSON Schema of a zod object, or undefined after telling `problems` why there is none. */
export function toJsonSchema(schema: unknown, place: Place): SchemaRead | undefined {
  const { path, problems } = place;
  if (!(schema instanceof z.ZodType)) {
    problems.add(path, "This is not a zod schema.", "Write z.object({ … }) with zod 4.");
    return undefined;
  }
  refuseInside(schema, place, new Set());
  let json: Record<string, unknown>;
  try {
    json = z.toJSONSchema(schema, { target: "draft-2020-12", io: "input" });
  } catch (thrown) {
    problems.add(
      path,
      causeOf(thrown),
      "Use types that JSON has: z.iso.date() instead of z.date().",
    );
    return undefined;
  }
  if (json["type"] !== "object" || typeof json["properties"] !== "object") {
    problems.add(path, "An event must be an object.", "Write z.object({ … }).");
    return undefined;
  }
  const strict = json["additionalProperties"] === false;
  delete json["additionalProperties"];
  delete json["$schema"];
  return { schema: stripPatterns(json) as JsonSchema, strict };
}

function refuseInside(schema: unknown, place: Place, seen: Set<unknown>): void {
  const def = definitionOf(schema);
  if (def === undefined || seen.has(schema)) {
    return;
  }
  seen.add(schema);
  const kind = String(def["check"] ?? def["type"]);
  const remedy = REFUSED[kind];
  if (remedy !== undefined) {
    place.problems.add(place.path, `zod's ${kind} cannot be checked on the bytes.`, remedy);
    return;
  }
  for (const [name, child] of children(def)) {
    refuseInside(
      child,
      { ...place, path: name === "" ? place.path : `${place.path}.${name}` },
      seen,
    );
  }
}

function definitionOf(schema: unknown): Record<string, unknown> | undefined {
  const inner = (schema as { _zod?: { def?: Record<string, unknown> } } | null | undefined)?._zod;
  return inner?.def;
}

function children(def: Record<string, unknown>): [string, unknown][] {
  const found: [string, unknown][] = [];
  for (const [name, value] of Object.entries(def)) {
    if (name === "shape") {
      found.push(...Object.entries(value as object));
    } else if (Array.isArray(value)) {
      found.push(...value.map((one): [string, unknown] => ["", one]));
    } else {
      found.push(["", value]);
    }
  }
  return found;
}

/** Formats that the check judges itself, so that zod's large pattern beside them says nothing more. */
const OWN_FORMATS: ReadonlySet<unknown> = new Set([
  "date",
  "date-time",
  "uuid",
  "guid",
  "email",
  "ipv4",
  "ipv6",
]);

/** The schema without the patterns that its formats make needless; every other pattern stays and is checked. */
function stripPatterns(node: unknown): unknown {
  if (Array.isArray(node)) {
    return node.map(stripPatterns);
  }
  if (typeof node !== "object" || node === null) {
    return node;
  }
  const needless = "format" in node && OWN_FORMATS.has(node.format);
  const entries = Object.entries(node).filter(([name]) => !(needless && name === "pattern"));
  return Object.fromEntries(entries.map(([name, value]) => [name, stripPatterns(value)]));
}
