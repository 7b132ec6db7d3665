/** Whatever bytes come in, JSON and CBOR end in a request that fits its shape or in a SerializationException. */

import * as fc from "fast-check";
import { expect, test } from "vitest";
import { checkConstraints } from "../shapes/constraints.ts";
import { readModel } from "../shapes/read-model.ts";
import type { Shape } from "../shapes/shape.ts";
import { WireFault } from "../wire-fault.ts";
import { fromCbor } from "./from-cbor.ts";
import { fromJson } from "./from-json.ts";
import { toCbor } from "./to-cbor.ts";
import { toJson } from "./to-json.ts";

const MODEL = readModel(`
Name = string 1..8 /[a-z]+/
Kind = string enum A B
Data = blob 0..16
Count = integer 1..10
Long = long
At = timestamp
Flag = boolean
Names = [ Name ] 1..3
Tags = map Name Name 0..3
Inner = { Data! Kind Count At }
Inners = [ Inner ] 0..4
Input = { Name! Names Tags Inner Inners Flag Long Count Kind At }
`);
const INPUT = MODEL.structure("Input");

function valueOf(shape: Shape): fc.Arbitrary<unknown> {
  switch (shape.kind) {
    case "string":
      return shape.values === undefined ? fc.string() : fc.constantFrom(...shape.values);
    case "blob":
      return fc.uint8Array({ maxLength: 20 }).map((bytes) => Buffer.from(bytes));
    case "integer":
    case "long":
      return fc.maxSafeInteger();
    case "double":
      return fc.double({ noNaN: true, noDefaultInfinity: true });
    case "boolean":
      return fc.boolean();
    case "timestamp":
      return fc.integer({ min: 0, max: 4_000_000_000_000 });
    case "list":
      return fc.array(valueOf(shape.member), { maxLength: 5 });
    case "map":
      return fc.dictionary(
        fc.string().filter((key) => key !== "__proto__"),
        valueOf(shape.value),
        { maxKeys: 4 },
      );
    case "structure": {
      const members = shape.members.map(
        ({ name, shape: inner }) => [name, valueOf(inner)] as const,
      );
      return fc.record(Object.fromEntries(members), { requiredKeys: [] });
    }
  }
}

test("what is encoded comes back the same, by both formats", () => {
  fc.assert(
    fc.property(valueOf(INPUT), (value) => {
      const given = { ...(value as object) };
      expect(fromJson(Buffer.from(toJson(given, INPUT)), INPUT)).toEqual(given);
      expect(fromCbor(toCbor(given, INPUT), INPUT)).toEqual(given);
    }),
    { numRuns: 200 },
  );
});

function outcome(run: () => object): string {
  try {
    checkConstraints(run(), INPUT);
    return "taken";
  } catch (thrown) {
    return thrown instanceof WireFault ? thrown.type : `thrown: ${String(thrown)}`;
  }
}

const FINE = /^(?:taken|SerializationException|ValidationException)$/;

test("any JSON value, and any text, is taken or refused", () => {
  const member = fc.constantFrom(
    "Name",
    "Names",
    "Tags",
    "Inner",
    "Inners",
    "Flag",
    "At",
    "__proto__",
  );
  const object = fc.dictionary(member, fc.jsonValue());
  fc.assert(
    fc.property(
      fc.oneof(
        object.map((value) => JSON.stringify(value)),
        fc.json(),
        fc.string(),
      ),
      (text) => {
        expect(outcome(() => fromJson(Buffer.from(text), INPUT))).toMatch(FINE);
      },
    ),
    { numRuns: 500 },
  );
});

test("any bytes, and any change of good ones, are taken or refused as CBOR", () => {
  const good = valueOf(INPUT).map((value) => toCbor(value, INPUT));
  const changed = fc.tuple(good, fc.nat(), fc.nat(255)).map(([bytes, at, byte]) => {
    const copy = Buffer.from(bytes);
    copy[at % copy.length] = byte;
    return copy;
  });
  const any = fc.uint8Array({ maxLength: 64 }).map((bytes) => Buffer.from(bytes));
  fc.assert(
    fc.property(fc.oneof(changed, any), (bytes) => {
      expect(outcome(() => fromCbor(bytes, INPUT))).toMatch(FINE);
    }),
    { numRuns: 1000 },
  );
});

test("depth and announced lengths cost nothing", () => {
  const deep = Buffer.from(`{"Inner":${"[".repeat(100_000)}`);
  expect(outcome(() => fromJson(deep, INPUT))).toBe("SerializationException");
  expect(outcome(() => fromCbor(Buffer.alloc(100_000, 0x81), INPUT))).toBe(
    "SerializationException",
  );
  // A list of 2^32 - 1 members, a text of 2^63 bytes.
  for (const head of [
    "9affffffff",
    "7b7fffffffffffffff",
    "5b7fffffffffffffff",
    "bbffffffffffffffff",
  ]) {
    expect(outcome(() => fromCbor(Buffer.from(head, "hex"), INPUT))).toBe("SerializationException");
  }
});
