/** MD5 against node:crypto, with and without the memory of recent keys. */

import { createHash } from "node:crypto";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { openKeyHashes } from "./key-hashes.ts";
import { md5 } from "./md5.ts";

function words(bytes: Uint8Array): number[] {
  const digest = createHash("md5").update(bytes).digest();
  return [0, 4, 8, 12].map((at) => digest.readUInt32BE(at));
}

test("every length around the block gives the digest", () => {
  for (let length = 0; length < 200; length += 1) {
    const bytes = Buffer.alloc(length, "key é");
    expect([...md5(bytes, 0, length)]).toEqual(words(bytes));
  }
});

test("any bytes at any place give the digest, remembered or not", () => {
  const hashes = openKeyHashes();
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 70 }), { maxLength: 20 }), (keys) => {
      for (const key of [...keys, ...keys]) {
        const bytes = Buffer.concat([Buffer.from("xx"), key, Buffer.from("yy")]);
        expect([...hashes.of(bytes, 2, 2 + key.length)]).toEqual(words(key));
      }
    }),
  );
});
