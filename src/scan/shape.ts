/** What of a stream's schema a byte scanner can check by itself, field by field. */

import type { JsonSchema } from "../plan/plan.ts";

type Node = Readonly<Record<string, unknown>>;

type Format = "date" | "date-time" | "uuid";

export interface TextShape {
  readonly kind: "text";
  /** Code points. */
  readonly charsMin: number;
  readonly charsMax: number;
  readonly format: Format | undefined;
  readonly oneOf: readonly string[] | undefined;
}

export interface NumberShape {
  readonly kind: "number" | "integer";
  /** Closed bounds; open ones are in `above` and `below`. */
  readonly min: number;
  readonly max: number;
  readonly above: number;
  readonly below: number;
}

/** A field whose values only the general way can judge. */
interface OpaqueShape {
  readonly kind: "opaque";
}

export type Shape = TextShape | NumberShape | { readonly kind: "boolean" } | OpaqueShape;

export interface FieldShape {
  readonly name: string;
  readonly required: boolean;
  readonly nullable: boolean;
  readonly shape: Shape;
}

/** Keywords that say something about a value without restricting it. */
const ANNOTATIONS = new Set([
  "title",
  "description",
  "default",
  "examples",
  "deprecated",
  "readOnly",
  "writeOnly",
  "$comment",
]);
const AT_TOP = new Set(["$schema", "$id", "$defs", "type", "properties", "required"]);

/** The fields' shapes in the schema's order, or undefined when a scanner could never say that a record is valid. */
export function toShapes(schema: JsonSchema): FieldShape[] | undefined {
  if (schema["type"] !== "object" || !isNode(schema["properties"])) {
    return undefined;
  }
  if (Object.keys(schema).some((word) => !AT_TOP.has(word) && !ANNOTATIONS.has(word))) {
    return undefined;
  }
  const properties = Object.entries(schema["properties"]);
  const required = new Set(Array.isArray(schema["required"]) ? schema["required"] : []);
  if (properties.some(([name]) => isAwkward(name))) {
    return undefined;
  }
  if ([...required].some((name) => !Object.hasOwn(schema["properties"] as object, String(name)))) {
    return undefined;
  }
  return properties.map(([name, node]) => {
    return { name, required: required.has(name), ...toField(node) };
  });
}

/** Names that JSON writes with escapes, or that mean something to JavaScript. */
function isAwkward(name: string): boolean {
  return name === "__proto__" || JSON.stringify(name).includes("\\");
}

const OPAQUE: OpaqueShape = { kind: "opaque" };

function toField(node: unknown): { readonly nullable: boolean; readonly shape: Shape } {
  if (!isNode(node)) {
    return { nullable: false, shape: OPAQUE };
  }
  const union = node["anyOf"];
  if (Array.isArray(union) && union.length === 2 && only(node, ["anyOf"])) {
    const [one, other] = union as [unknown, unknown];
    if (isNode(other) && other["type"] === "null" && only(other, ["type"])) {
      return { nullable: true, shape: toField(one).shape };
    }
  }
  const types = Array.isArray(node["type"]) ? (node["type"] as unknown[]) : [node["type"]];
  const named = types.filter((type) => type !== "null");
  // An enum or const beside "null" may still forbid null: only bare types are trusted to allow it.
  const nullable = types.length > named.length && !("enum" in node) && !("const" in node);
  const shape =
    named.length === 1 && named.length + 1 >= types.length ? toShape(named[0], node) : OPAQUE;
  return { nullable, shape };
}

function toShape(type: unknown, node: Node): Shape {
  switch (type) {
    case "string":
      return toText(node);
    case "number":
    case "integer":
      return toNumber(type, node);
    case "boolean":
      return only(node, ["type"]) ? { kind: "boolean" } : OPAQUE;
    default:
      return OPAQUE;
  }
}

const FORMATS: readonly unknown[] = ["date", "date-time", "uuid"] satisfies Format[];

function toText(node: Node): Shape {
  const { minLength = 0, maxLength = Infinity, format } = node;
  if (!only(node, ["type", "minLength", "maxLength", "format", "enum", "const"])) {
    return OPAQUE;
  }
  if (typeof minLength !== "number" || typeof maxLength !== "number") {
    return OPAQUE;
  }
  if (format !== undefined && !FORMATS.includes(format)) {
    return OPAQUE;
  }
  const oneOf = toChoices(node);
  if (oneOf !== undefined && !oneOf.every((choice) => typeof choice === "string")) {
    return OPAQUE;
  }
  return {
    kind: "text",
    charsMin: minLength,
    charsMax: maxLength,
    format: format as Format | undefined,
    oneOf,
  };
}

/** Values that enum and const leave. */
function toChoices(node: Node): unknown[] | undefined {
  if ("enum" in node && "const" in node) {
    return [undefined];
  }
  if ("const" in node) {
    return [node["const"]];
  }
  return Array.isArray(node["enum"]) ? node["enum"] : undefined;
}

function toNumber(kind: "number" | "integer", node: Node): Shape {
  const words = ["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"];
  const sound = words.every((word) => ["number", "undefined"].includes(typeof node[word]));
  if (!sound || !only(node, ["type", ...words])) {
    return OPAQUE;
  }
  const bound = (word: string, otherwise: number) =>
    (node[word] as number | undefined) ?? otherwise;
  return {
    kind,
    min: bound("minimum", -Infinity),
    max: bound("maximum", Infinity),
    above: bound("exclusiveMinimum", -Infinity),
    below: bound("exclusiveMaximum", Infinity),
  };
}

/** Whether `node` restricts by nothing but `words`. */
function only(node: Node, words: readonly string[]): boolean {
  return Object.keys(node).every((word) => words.includes(word) || ANNOTATIONS.has(word));
}

function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
