/** JSON 1.1 → a request: every member of its shape's type, blobs as bytes. Throws SerializationException. */

import { serialization } from "../wire-fault.ts";
import type { Shape, StructureShape } from "../shapes/shape.ts";

const DEPTH_MAX = 64;

export function fromJson(body: Buffer, shape: StructureShape): object {
  let parsed: unknown;
  try {
    parsed = body.length === 0 ? {} : JSON.parse(body.toString("utf8"));
  } catch {
    throw serialization("The request's body is not JSON.");
  }
  if (typeof parsed !== "object" || parsed === null) {
    throw serialization("Expected a structure at the beginning of the request.");
  }
  return structure(parsed, shape, 0);
}

/** The members that the shape knows; null is as good as absent, and what it does not know is ignored. */
function structure(value: unknown, shape: StructureShape, depth: number): object {
  if (typeof value !== "object" || value === null) {
    throw serialization("Expected null");
  }
  if (Array.isArray(value)) {
    throw serialization(LIST);
  }
  if (depth > DEPTH_MAX) {
    throw serialization("The request is nested too deeply.");
  }
  const given = value as Readonly<Record<string, unknown>>;
  const made: Record<string, unknown> = {};
  for (const member of shape.members) {
    const inner = Object.hasOwn(given, member.name) ? given[member.name] : undefined;
    if (inner !== undefined && inner !== null) {
      made[member.name] = convert(inner, member.shape, depth + 1);
    }
  }
  return made;
}

const LIST = "Start of list found where not expected";
const STRUCTURE = "Start of structure or map found where not expected.";

function convert(value: unknown, shape: Shape, depth: number): unknown {
  switch (shape.kind) {
    case "structure":
      return structure(value, shape, depth);
    case "list":
      return list(value, shape.member, depth);
    case "map":
      return map(value, shape.value, depth);
    case "blob":
      return toBytes(scalar(value, "string", "a Blob"));
    case "string":
      return scalar(value, "string", "an String");
    case "boolean":
      return scalar(value, "boolean", "an Boolean");
    case "timestamp":
      // Seconds on the wire, milliseconds inside.
      return Math.round(scalar(value, "number", "a Timestamp") * 1000);
    case "double":
      return scalar(value, "number", "an Double");
    case "integer":
      return Math.floor(scalar(value, "number", "an Integer"));
    case "long":
      return Math.floor(scalar(value, "number", "an Long"));
  }
}

function list(value: unknown, member: Shape, depth: number): unknown[] {
  if (Array.isArray(value)) {
    // A null in a list is a member that is not there; its own shape says whether it may be missing.
    return value
      .filter((each) => each !== null)
      .map((each: unknown) => convert(each, member, depth + 1));
  }
  throw serialization(typeof value === "object" ? STRUCTURE : "Expected list or null");
}

function map(value: unknown, inner: Shape, depth: number): Record<string, unknown> {
  if (Array.isArray(value)) {
    throw serialization(LIST);
  }
  if (typeof value !== "object" || value === null) {
    throw serialization("Expected map or null");
  }
  const entries = Object.entries(value).filter(([, each]) => each !== null);
  return Object.fromEntries(
    entries.map(([key, each]: [string, unknown]) => [key, convert(each, inner, depth + 1)]),
  );
}

interface Scalars {
  readonly string: string;
  readonly number: number;
  readonly boolean: boolean;
}

const JAVA: Readonly<Record<string, string>> = {
  string: "class java.lang.String",
  number: "class java.math.BigDecimal",
  boolean: "class java.lang.Boolean",
};

function scalar<K extends keyof Scalars>(value: unknown, wanted: K, shown: string): Scalars[K] {
  if (typeof value === wanted) {
    return value as Scalars[K];
  }
  if (typeof value === "object") {
    throw serialization(Array.isArray(value) ? LIST : STRUCTURE);
  }
  const from =
    wanted === "boolean" && typeof value === "string"
      ? `'${value.slice(0, 64).toUpperCase()}'`
      : JAVA[typeof value];
  throw serialization(`${from} can not be converted to ${shown}`);
}

const QUOTED_MAX = 64;

/** The bytes of strict, canonical base64. */
export function toBytes(text: string): Buffer {
  const quoted = text.length > QUOTED_MAX ? `${text.slice(0, QUOTED_MAX)}…` : text;
  const refuse = (why: string): never => {
    throw serialization(`'${quoted}' can not be converted to a Blob: ${why}`);
  };
  if (text.length % 4 !== 0) {
    refuse(`Base64 encoded length is expected a multiple of 4 bytes but found: ${text.length}`);
  }
  const wrong = /[^a-zA-Z0-9+/=]|=[^=]/.exec(text);
  if (wrong !== null) {
    refuse(`Invalid Base64 character: '${wrong[0][0]}'`);
  }
  const bytes = Buffer.from(text, "base64");
  const tail = text.slice(-4);
  if (
    bytes.length !== base64Length(text) ||
    Buffer.from(tail, "base64").toString("base64") !== tail
  ) {
    refuse("Invalid last non-pad Base64 character dectected");
  }
  return bytes;
}

function base64Length(text: string): number {
  const padding = text.endsWith("==") ? 2 : Number(text.endsWith("="));
  return (text.length / 4) * 3 - padding;
}
