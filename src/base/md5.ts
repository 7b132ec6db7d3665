/** MD5 of short texts, as Kinesis hashes partition keys; a call into node:crypto costs five times the hashing. */

import { createHash } from "node:crypto";

/** What fits one block beside the padding and the length. */
export const BLOCK_BYTES_MAX = 55;

const SINES = Int32Array.from({ length: 64 }, (_, i) =>
  Math.floor(Math.abs(Math.sin(i + 1)) * 2 ** 32),
);
const TURNS = [7, 12, 17, 22, 5, 9, 14, 20, 4, 11, 16, 23, 6, 10, 15, 21];
const ROTATIONS = Uint8Array.from({ length: 64 }, (_, i) => {
  return TURNS[(i >> 4) * 4 + (i & 3)] as number;
});
/** The word of the block that step i adds. */
const PLACES = Uint8Array.from({ length: 64 }, (_, i) => {
  return [i, 5 * i + 1, 3 * i + 5, 7 * i].map((place) => place & 15)[i >> 4] as number;
});

const block = new Int32Array(16);
const digest = new Uint32Array(4);

/** The digest as four big-endian words; the array is overwritten by the next call. */
export function md5(bytes: Uint8Array, start: number, end: number): Uint32Array {
  if (end - start > BLOCK_BYTES_MAX) {
    return longMd5(bytes.subarray(start, end));
  }
  fillBlock(bytes, start, end);
  let a = 0x67452301;
  let b = 0xefcdab89 | 0;
  let c = 0x98badcfe | 0;
  let d = 0x10325476;
  for (let i = 0; i < 64; i += 1) {
    let mixed: number;
    if (i < 16) {
      mixed = (b & c) | (~b & d);
    } else if (i < 32) {
      mixed = (d & b) | (~d & c);
    } else if (i < 48) {
      mixed = b ^ c ^ d;
    } else {
      mixed = c ^ (b | ~d);
    }
    const sum = (a + mixed + (SINES[i] as number) + (block[PLACES[i] as number] as number)) | 0;
    const turned = rotate(sum, ROTATIONS[i] as number);
    a = d;
    d = c;
    c = b;
    b = (b + turned) | 0;
  }
  digest[0] = swap((a + 0x67452301) | 0);
  digest[1] = swap((b + 0xefcdab89) | 0);
  digest[2] = swap((c + 0x98badcfe) | 0);
  digest[3] = swap((d + 0x10325476) | 0);
  return digest;
}

function longMd5(bytes: Uint8Array): Uint32Array {
  const hash = createHash("md5").update(bytes).digest();
  for (let i = 0; i < 4; i += 1) {
    digest[i] = hash.readUInt32BE(4 * i);
  }
  return digest;
}

function fillBlock(bytes: Uint8Array, start: number, end: number): void {
  const length = end - start;
  block.fill(0);
  for (let i = 0; i < length; i += 1) {
    put(i, bytes[start + i] as number);
  }
  put(length, 0x80);
  block[14] = length * 8;
}

function put(i: number, byte: number): void {
  block[i >> 2] = (block[i >> 2] as number) | (byte << ((i & 3) * 8));
}

function rotate(word: number, by: number): number {
  return (word << by) | (word >>> (32 - by));
}

/** The word with its bytes the other way round. */
function swap(word: number): number {
  const half = ((word & 0x00ff00ff) << 8) | ((word >>> 8) & 0x00ff00ff);
  return (half << 16) | (half >>> 16);
}
