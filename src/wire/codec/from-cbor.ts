/** CBOR → a request: the same types as JSON, but blobs are byte strings and instants are tag 1 with milliseconds. */

import { decode } from "cborg";
import { serialization } from "../wire-fault.ts";
import type { Shape, StructureShape } from "../shapes/shape.ts";

/** Tag 1 means seconds elsewhere; AWS puts milliseconds behind it. */
const TAGS = { 1: (inner: () => unknown) => inner() };

export function fromCbor(body: Buffer, shape: StructureShape): object {
  let decoded: unknown;
  try {
    decoded = body.length === 0 ? {} : decode(body, { tags: TAGS, allowUndefined: false });
  } catch {
    throw serialization("The request's body is not CBOR.");
  }
  return convert(decoded, shape) as object;
}

function convert(value: unknown, shape: Shape): unknown {
  switch (shape.kind) {
    case "structure": {
      const given = entriesOf(value);
      const made: Record<string, unknown> = {};
      for (const { name, shape: inner } of shape.members) {
        const member = Object.hasOwn(given, name) ? given[name] : undefined;
        if (member !== undefined && member !== null) {
          made[name] = convert(member, inner);
        }
      }
      return made;
    }
    case "list":
      if (!Array.isArray(value)) {
        throw serialization("Expected list or null");
      }
      return value
        .filter((each) => each !== null)
        .map((each: unknown) => convert(each, shape.member));
    case "map": {
      const entries = Object.entries(entriesOf(value)).filter(([, each]) => each !== null);
      return Object.fromEntries(entries.map(([key, each]) => [key, convert(each, shape.value)]));
    }
    case "blob":
      if (!(value instanceof Uint8Array)) {
        throw serialization("A value can not be converted to a Blob");
      }
      return Buffer.from(value.buffer, value.byteOffset, value.length);
    case "string":
      return typed(value, "string", "an String");
    case "boolean":
      return typed(value, "boolean", "an Boolean");
    case "timestamp":
    case "integer":
    case "long":
      return Math.floor(typed(value, "number", "an Integer"));
    case "double":
      return typed(value, "number", "an Double");
  }
}

function entriesOf(value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null || value instanceof Uint8Array) {
    throw serialization("Expected map or null");
  }
  if (Array.isArray(value)) {
    throw serialization("Start of list found where not expected");
  }
  return value as Readonly<Record<string, unknown>>;
}

interface Scalars {
  readonly string: string;
  readonly number: number;
  readonly boolean: boolean;
}

function typed<K extends keyof Scalars>(value: unknown, wanted: K, shown: string): Scalars[K] {
  if (typeof value !== wanted) {
    throw serialization(`A value can not be converted to ${shown}`);
  }
  return value as Scalars[K];
}
