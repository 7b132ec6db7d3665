/** Whatever bytes come in, unpacking ends: in the records of a pack, or in nothing. */

import { createHash } from "node:crypto";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { PACK_RECORDS_MAX, unpackAggregated } from "./kpl.ts";

const MAGIC = Buffer.from("f3899ac2", "hex");

/** With the digest that belongs to it, so that what is inside is looked at. */
function seal(message: Buffer): Buffer {
  return Buffer.concat([MAGIC, message, createHash("md5").update(message).digest()]);
}

function field(number: number, bytes: Buffer): Buffer {
  return Buffer.concat([Buffer.from([number * 8 + 2]), varint(bytes.length), bytes]);
}

function varint(value: number): Buffer {
  return value < 128
    ? Buffer.from([value])
    : Buffer.concat([Buffer.from([(value % 128) + 128]), varint(Math.floor(value / 128))]);
}

const records = fc.array(
  fc.record({
    key: fc.string({ minLength: 1, maxLength: 8 }),
    data: fc.uint8Array({ maxLength: 300 }),
  }),
  { minLength: 1, maxLength: 12 },
);

function messageOf(given: readonly { readonly key: string; readonly data: Uint8Array }[]): Buffer {
  const keys = [...new Set(given.map(({ key }) => key))];
  const packed = given.map(({ key, data }) => {
    const index = Buffer.concat([Buffer.from([8]), varint(keys.indexOf(key))]);
    return field(3, Buffer.concat([index, field(3, Buffer.from(data))]));
  });
  return Buffer.concat([...keys.map((key) => field(1, Buffer.from(key))), ...packed]);
}

test("what was packed comes out, in order", () => {
  fc.assert(
    fc.property(records, (given) => {
      const found = unpackAggregated(seal(messageOf(given)));
      expect(found?.map(({ partitionKey, data }) => [partitionKey, [...data]])).toEqual(
        given.map(({ key, data }) => [key, [...data]]),
      );
    }),
  );
});

test("any bytes, and any change of a good pack, are records or none", () => {
  const changed = fc.tuple(records, fc.nat(), fc.nat(255)).map(([given, at, byte]) => {
    const message = messageOf(given);
    message[at % message.length] = byte;
    return seal(message);
  });
  const inside = fc.uint8Array({ maxLength: 64 }).map((bytes) => seal(Buffer.from(bytes)));
  const any = fc.uint8Array({ maxLength: 64 }).map((bytes) => Buffer.from(bytes));
  fc.assert(
    fc.property(fc.oneof(changed, inside, any), (bytes) => {
      for (const { partitionKey, data } of unpackAggregated(bytes) ?? []) {
        expect(typeof partitionKey).toBe("string");
        expect(data.length).toBeLessThanOrEqual(bytes.length);
      }
    }),
    { numRuns: 1000 },
  );
});

test("a pack of more records than anybody packs is left whole, and so is one of nothing but fields", () => {
  const one = field(3, Buffer.concat([Buffer.from([8, 0]), field(3, Buffer.alloc(0))]));
  const pack = (count: number): Buffer =>
    seal(Buffer.concat([field(1, Buffer.from("k")), ...Array.from({ length: count }, () => one)]));
  expect(unpackAggregated(pack(PACK_RECORDS_MAX))).toHaveLength(PACK_RECORDS_MAX);
  expect(unpackAggregated(pack(PACK_RECORDS_MAX + 1))).toBeUndefined();
  expect(unpackAggregated(seal(Buffer.alloc(4_000_000, 0x08)))).toBeUndefined();
});
