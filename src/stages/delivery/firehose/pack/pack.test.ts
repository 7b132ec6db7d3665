/** Packed objects, unpacked by readers that others wrote or by the formats' own rules. */

import { gunzipSync, inflateRawSync, crc32 } from "node:zlib";
import { snappyUncompress } from "hyparquet/src/snappy.js";
import { describe, expect, it } from "vitest";
import { type CompressionFormat, pack, PACKINGS } from "./pack.ts";

const AT = Date.UTC(2026, 6, 13, 14, 5, 6);
const TEXT = Buffer.from(Array.from({ length: 30_000 }, (_none, n) => `{"n":${n % 997}}`).join(""));

async function packed(format: CompressionFormat, bytes = TEXT): Promise<Buffer> {
  return Buffer.concat(await pack([bytes.subarray(0, 7), bytes.subarray(7)], format, AT));
}

function unsnappy(block: Buffer, length: number): Buffer {
  const output = new Uint8Array(length);
  snappyUncompress(block, output);
  return Buffer.from(output);
}

/** The varint that a raw block of Snappy begins with. */
function rawLength(block: Buffer): number {
  let [value, shift] = [0, 0];
  for (const byte of block) {
    value |= (byte & 127) << shift;
    shift += 7;
    if (byte < 128) {
      break;
    }
  }
  return value;
}

describe("pack", () => {
  it("leaves bytes as they are, and gzips them", async () => {
    expect(await packed("UNCOMPRESSED")).toEqual(TEXT);
    expect(gunzipSync(await packed("GZIP"))).toEqual(TEXT);
  });

  it("makes an archive of one deflated entry", async () => {
    const zip = await packed("ZIP");
    // Written by hand from the format's description: read here by its own fields, independent of who wrote them.
    const end = zip.subarray(-22);
    const central = end.readUInt32LE(16);
    const [size, length] = [zip.readUInt32LE(central + 20), zip.readUInt32LE(central + 24)];
    const data = zip.subarray(30 + zip.readUInt16LE(26), 30 + zip.readUInt16LE(26) + size);
    expect(inflateRawSync(data)).toEqual(TEXT);
    expect([length, zip.readUInt32LE(central + 16)]).toEqual([TEXT.length, crc32(TEXT)]);
    expect(zip.subarray(central + 46, central + 82).toString()).toMatch(
      /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/,
    );
  });

  it("writes xerial's stream: magic, versions, blocks of 32 KiB", async () => {
    const stream = await packed("Snappy");
    expect(stream.subarray(0, 16).toString("hex")).toBe("82534e41505059000000000100000001");
    const blocks: Buffer[] = [];
    for (let at = 16; at < stream.length;) {
      const length = stream.readUInt32BE(at);
      const block = stream.subarray(at + 4, at + 4 + length);
      blocks.push(unsnappy(block, rawLength(block)));
      at += 4 + length;
    }
    expect(blocks[0]?.length).toBe(32_768);
    expect(Buffer.concat(blocks)).toEqual(TEXT);
    expect(stream.length).toBeLessThan(TEXT.length / 2);
  });

  it("writes Hadoop's blocks: both lengths before each", async () => {
    const stream = await packed("HADOOP_SNAPPY");
    const blocks: Buffer[] = [];
    for (let at = 0; at < stream.length;) {
      const [whole, length] = [stream.readUInt32BE(at), stream.readUInt32BE(at + 4)];
      blocks.push(unsnappy(stream.subarray(at + 8, at + 8 + length), whole));
      at += 8 + length;
    }
    expect(Buffer.concat(blocks)).toEqual(TEXT);
  });

  it("packs nothing too", async () => {
    for (const format of Object.keys(PACKINGS) as CompressionFormat[]) {
      expect(Buffer.isBuffer(await packed(format, Buffer.alloc(0)))).toBe(true);
    }
  });

  it("gives the same bytes each time", async () => {
    for (const format of Object.keys(PACKINGS) as CompressionFormat[]) {
      expect(await packed(format)).toEqual(await packed(format));
    }
  });
});
